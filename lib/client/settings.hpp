// What one WebSocket connection needs to know. A plain value: equal settings mean the running
// connection may stay. Defaults are the product's.
#pragma once

#include <string>
#include <vector>

#include "base/backoff.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "base/url.hpp"
#include "io/tls_settings.hpp"

namespace wsrelay::client {

struct Header {
  std::string name;
  SecretRef value;  // read anew for each attempt

  friend bool operator==(const Header&, const Header&) = default;
};

struct Ping {
  Duration interval = std::chrono::seconds(20);  // 0: none
  Duration timeout = std::chrono::seconds(20);

  friend bool operator==(const Ping&, const Ping&) = default;
};

struct Timeouts {
  Duration dns = std::chrono::seconds(10);
  Duration connect = std::chrono::seconds(10);
  Duration tls = std::chrono::seconds(10);
  Duration upgrade = std::chrono::seconds(10);
  Duration write = std::chrono::seconds(20);  // bytes wait and the peer takes none of them
  Duration close = std::chrono::seconds(5);

  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

struct Limits {
  std::size_t max_message = 1024 * 1024;  // bytes, received

  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Settings {
  Url url = {};
  std::vector<Header> headers = {};
  std::vector<std::string> subprotocols = {};
  io::TlsSettings tls = {};
  Ping ping = {};
  Delay delay = {};
  Timeouts timeouts = {};
  Limits limits = {};

  friend bool operator==(const Settings&, const Settings&) = default;
};

}  // namespace wsrelay::client
