// What the operator said about topics: which message becomes which publication, and back.
// Plain values and the checks of their spelling; route/table compiles them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace wsrelay::route {

/// WebSocket → MQTT.
struct PublishRule {
  std::string topic = "{{base}}/{{instance}}/recv";  // template: base instance opcode
  std::uint8_t qos = 0;
  bool retain = false;

  friend bool operator==(const PublishRule&, const PublishRule&) = default;
};

enum class SendAs : std::uint8_t { Auto, Text, Binary };

/// MQTT → WebSocket.
struct DeliverRule {
  std::string topic;  // filter, may be a template: base instance
  SendAs as = SendAs::Auto;
  std::uint8_t qos = 1;

  friend bool operator==(const DeliverRule&, const DeliverRule&) = default;
};

/// All rules of one instance.
struct Rules {
  std::vector<PublishRule> publish = {PublishRule{}};
  std::vector<DeliverRule> deliver = {};
  bool send_topics = true;  // {{base}}/{{instance}}/send, send/text, send/binary

  friend bool operator==(const Rules&, const Rules&) = default;
};

}  // namespace wsrelay::route
