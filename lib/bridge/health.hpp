// How things stand, in one line: counts of instance states and the broker. Pure; counts as states
// change, so that asking costs nothing with ten thousand instances.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/client.hpp"
#include "mqtt/broker.hpp"

namespace wsrelay::bridge {

/// The states of the `state` document: the client's, and one for an instance without a client.
std::string_view name_of(bool enabled, client::State state);

class Health {
 public:
  void joined(bool enabled, client::State state) { ++count(enabled, state); }
  void left(bool enabled, client::State state) { --count(enabled, state); }
  void broker(const mqtt::BrokerStatus& status) { broker_ = status; }

  std::size_t instances() const;
  std::size_t ready() const { return counts_[static_cast<std::size_t>(client::State::Ready)]; }
  /// "2/3 instances ready, 1 resting; broker connected (MQTT 5)"
  std::string summary() const;

 private:
  static constexpr std::size_t kDisabled = static_cast<std::size_t>(client::State::Stopped) + 1;
  std::size_t& count(bool enabled, client::State state) {
    return counts_[enabled ? static_cast<std::size_t>(state) : kDisabled];
  }
  std::array<std::size_t, kDisabled + 1> counts_{};
  mqtt::BrokerStatus broker_;
};

/// "connected (MQTT 5)", "unreachable: connection refused"
std::string describe(const mqtt::BrokerStatus& status);

}  // namespace wsrelay::bridge
