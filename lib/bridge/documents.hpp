// The JSON that the MQTT interface promises: the retained `state` and `stats` documents of an
// instance, those of the bridge, and the events. Pure: levels in, text out. No secret is in the
// input, so none can be in the output; URLs come redacted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "bridge/instance.hpp"
#include "mqtt/broker.hpp"

namespace wsrelay::bridge {

/// Two clocks read at the same moment, to tell people when a loop moment is.
struct Clocks {
  Instant now;
  WallTime wall;
  WallTime at(Instant moment) const {
    return wall + std::chrono::duration_cast<std::chrono::milliseconds>(moment - now);
  }
};

/// When things last happened to an instance; the client itself reads no wall clock.
struct Moments {
  WallTime since = {};  // in the present state
  std::optional<WallTime> closed = {};
  std::optional<WallTime> failed = {};
};

struct BridgeFacts {
  std::string version;
  std::string host;
  std::string daemon;
  WallTime started = {};
  std::string broker_url;        // redacted
  std::uint64_t unroutable = 0;  // arrivals that belong to no instance
  std::optional<WallTime> reloaded = {};
  std::string reload_problem = {};  // of the last reload; empty: it went well
};

std::string state_document(const Instance& instance, const Moments& moments, const Clocks& clocks,
                           const std::string& daemon);
std::string stats_document(const Instance& instance, const Clocks& clocks);
std::string event_document(const Instance& instance, const Event& event, const Clocks& clocks);

std::string info_document(const BridgeFacts& facts, const mqtt::BrokerStatus& broker,
                          const std::vector<std::string>& instances);

}  // namespace wsrelay::bridge
