// How a TCP connection is made and kept. A plain value; the defaults notice a vanished peer within
// two minutes even if nobody above asks.
#pragma once

#include <string>

#include "base/time.hpp"

namespace wsrelay::io {

struct TcpKeepalive {
  bool enabled = true;
  Duration idle = std::chrono::seconds(60);      // TCP_KEEPIDLE, whole seconds
  Duration interval = std::chrono::seconds(15);  // TCP_KEEPINTVL, whole seconds
  std::size_t count = 4;                         // TCP_KEEPCNT

  friend bool operator==(const TcpKeepalive&, const TcpKeepalive&) = default;
};

struct TcpSettings {
  TcpKeepalive keepalive = {};
  std::string bind_interface = {};  // SO_BINDTODEVICE: "eth1"; needs no privilege since Linux 5.7
  std::string bind_address = {};    // a local address literal; other families are not tried then

  friend bool operator==(const TcpSettings&, const TcpSettings&) = default;
};

}  // namespace wsrelay::io
