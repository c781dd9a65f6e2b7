// What a reload does: from the configuration that runs to the one that was read. Pure; the bridge
// carries it out, `--plan` prints it. What a changed setting means stands in the table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/comparison.hpp"
#include "config/config.hpp"

namespace wsrelay::config {

struct InstancePlan {
  enum class Verb : std::uint8_t {
    Add,
    Remove,
    Live,       // the connection stays
    Reconnect,  // this one connection is made anew, its lanes stay
    Enable,     // it was known, and connects now
    Disable,    // it stays known, and closes
  };
  std::string name;
  Verb verb;
  std::vector<Difference> why = {};  // empty for Add and Remove

  friend bool operator==(const InstancePlan&, const InstancePlan&) = default;
};

struct Plan {
  std::vector<Difference> daemon = {};  // "log.level", "mqtt.url": that of the broker's connection
  std::vector<InstancePlan> instances = {};  // those that something happens to, by name
  std::size_t untouched = 0;

  bool nothing() const { return daemon.empty() && instances.empty(); }
};

Plan plan(const Config& before, const Config& after);

}  // namespace wsrelay::config
