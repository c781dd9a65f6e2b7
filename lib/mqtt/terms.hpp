// What we say to the broker when we greet it, and what it says it can do. Plain values.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/publication.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "mqtt/reasons.hpp"

namespace wsrelay::mqtt {

struct Login {
  int protocol = kMqtt5;
  std::string client_id;
  Secret username;   // UTF-8 without NUL
  Secret password;   // without NUL
  Publication will;  // empty topic: none
  std::chrono::seconds keepalive{60};
  std::chrono::seconds session_expiry{3600};
  std::uint32_t max_packet = 0;  // bytes; what we tell the broker
};

/// From CONNACK (MQTT 5.0 §3.2.2.3); on 3.1.1 there is nothing to say and everything is allowed.
struct Terms {
  std::uint16_t receive_maximum = 65535;  // QoS 1 publications under way
  std::uint32_t maximum_packet = std::numeric_limits<std::uint32_t>::max();
  std::uint8_t maximum_qos = 2;
  bool retain = true;
  bool subscription_identifiers = false;
  std::chrono::seconds keepalive{0};  // 0: ours holds
};

}  // namespace wsrelay::mqtt
