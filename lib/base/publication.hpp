// One MQTT PUBLISH, ours or the broker's: a word that route, mqtt and bridge all speak.
// Names are those of MQTT 5; on 3.1.1 the properties are simply not there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace wsrelay {

struct Publication {
  std::string topic;
  Bytes payload;
  std::uint8_t qos = 0;
  bool retain = false;

  bool is_utf8 = false;  // Payload Format Indicator 1
  std::string content_type = {};
  std::string response_topic = {};
  std::string correlation_data = {};
  std::optional<std::uint32_t> message_expiry = {};  // seconds
  std::vector<std::pair<std::string, std::string>> user_properties = {};

  friend bool operator==(const Publication&, const Publication&) = default;
};

}  // namespace wsrelay
