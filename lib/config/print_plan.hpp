// What a reload would do, for people and for grep: first the daemon and its broker, then a line for
// each instance to which something happens, by name, and last the sum.
//   + door    is added
//   - old     is removed: closes (1001), and its retained topics are cleared
//   ~ ticker  changes live: liveness.ping.interval
//   ! feed    reconnects: url, headers; also changes: lanes.publish.max_bytes
//   > hall    is enabled and connects
//   < roof    is disabled and closes (1001)
#pragma once

#include <string>

#include "config/plan.hpp"

namespace wsrelay::config {

std::string print(const Plan& plan);

}  // namespace wsrelay::config
