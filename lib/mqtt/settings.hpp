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
  std::string username = {};
  SecretRef password = {};
  std::string client_id = {};
  Duration keepalive = std::chrono::seconds(60);
  Duration session_expiry = std::chrono::hours(1);
  io::TlsSettings tls = {};
  Delay delay = {};

  friend bool operator==(const Settings&, const Settings&) = default;
};

/// What the daemon adds to what the operator said.
struct Wiring {
  Publication will = {};  // empty topic: none
  std::string
      relay_directory;  // a 0700 directory of ours: the relay's socket lives there for a moment
  std::size_t max_packet =
      8 * 1024 * 1024;  // bytes; a longer one from the broker ends the connection
};

}  // namespace wsrelay::mqtt
