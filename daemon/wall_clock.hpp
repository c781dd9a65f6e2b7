// The one place that reads the time of day; everybody else is handed it. Only for what people read:
// deadlines are the loop's monotonic moments.
#pragma once

#include "base/time.hpp"

namespace wsrelay::daemon {

inline WallTime wall_clock() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace wsrelay::daemon
