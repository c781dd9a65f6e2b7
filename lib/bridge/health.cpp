#include "bridge/health.hpp"

#include <numeric>

#include <fmt/format.h>

namespace wsrelay::bridge {

std::string_view name_of(bool enabled, client::State state) {
  return enabled ? client::name_of(state) : "disabled";
}

std::string describe(const mqtt::BrokerStatus& status) {
  switch (status.state) {
    case mqtt::BrokerState::Connected:
      return fmt::format("connected (MQTT {})", status.protocol == 5 ? "5" : "3.1.1");
    case mqtt::BrokerState::Stopped:
      return "disconnected";
    case mqtt::BrokerState::Connecting:
    case mqtt::BrokerState::Resting:
      break;
  }
  if (!status.last_error) return "connecting";
  return fmt::format("unreachable: {}", status.last_error->text);
}

std::size_t Health::instances() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
}

std::string Health::summary() const {
  if (instances() == 0) return fmt::format("no instances configured; broker {}", describe(broker_));
  std::string text = fmt::format("{}/{} instances ready", ready(), instances());
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] == 0 || i == static_cast<std::size_t>(client::State::Ready)) continue;
    fmt::format_to(std::back_inserter(text), ", {} {}", counts_[i],
                   name_of(i != kDisabled, static_cast<client::State>(i)));
  }
  return fmt::format("{}; broker {}", text, describe(broker_));
}

}  // namespace wsrelay::bridge
