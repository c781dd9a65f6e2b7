// What the connection to the broker needs to know. A plain value.
#pragma once

#include <string>

#include "base/backoff.hpp"
#include "base/publication.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "io/tls_settings.hpp"

namespace wsrelay::mqtt {

struct Settings {
  Url url = {.scheme = "mqtt", .host = "localhost", .port = 1883};
  SecretRef username = {};  // read for each attempt, as the password
  SecretRef password = {};
  std::string client_id = {};
  Duration keepalive = std::chrono::seconds(60);
  Duration session_expiry = std::chrono::hours(1);
  io::TlsSettings tls = {};
  Delay delay = {};

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// Another broker, or one that must take us for another client: nothing of the session carries
/// over.
inline bool leads_elsewhere(const Settings& before, const Settings& now) {
  return before.url != now.url || before.username != now.username ||
         before.client_id != now.client_id || before.tls != now.tls;
}
/// Only how long to rest may change under a connection.
inline bool needs_new_connection(Settings before, const Settings& now) {
  before.delay = now.delay;
  return before != now;
}

/// What the daemon adds to what the operator said.
struct Wiring {
  Publication will = {};  // empty topic: none
  std::string
      relay_directory;  // a 0700 directory of ours: the relay's socket lives there for a moment
  std::size_t max_packet =
      8 * 1024 * 1024;  // bytes; a longer one from the broker ends the connection
};

}  // namespace wsrelay::mqtt
