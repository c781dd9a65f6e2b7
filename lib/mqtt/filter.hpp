// A topic filter that we subscribe to, and the number that tells its arrivals apart.
#pragma once

#include <cstdint>
#include <string>

namespace wsrelay::mqtt {

struct Filter {
  std::uint32_t id = 0;  // 1 … 268 435 455: the MQTT 5 subscription identifier
  std::string filter;
  friend bool operator==(const Filter&, const Filter&) = default;
};

}  // namespace wsrelay::mqtt
