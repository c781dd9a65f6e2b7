// A topic filter that we subscribe to, and the number that tells its arrivals apart.
#pragma once

#include <cstdint>
#include <string>

namespace wsrelay::mqtt {

struct Filter {
  std::uint32_t id = 0;  // 1 … 268 435 455: the MQTT 5 subscription identifier; 0: no longer wanted
  std::string filter;
  // At most 1: at QoS 2 libmosquitto lets go of a message before anybody has it.
  std::uint8_t qos = 1;
  friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace wsrelay::mqtt
