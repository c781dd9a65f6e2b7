#include "bridge/health.hpp"

#include <gtest/gtest.h>

namespace wsrelay::bridge {
namespace {

TEST(Health, CountsStatesInOneLine) {
  Health health;
  mqtt::BrokerStatus broker{.state = mqtt::BrokerState::Connected, .protocol = 5};
  health.broker(broker);
  health.joined(true, client::State::Ready);
  health.joined(true, client::State::Ready);
  health.joined(true, client::State::Resting);
  health.joined(false, client::State::Stopped);
  EXPECT_EQ(health.summary(),
            "2/4 instances ready, 1 resting, 1 disabled; broker connected (MQTT 5)");
  health.left(true, client::State::Resting);
  health.joined(true, client::State::Connecting);
  EXPECT_EQ(health.summary(),
            "2/4 instances ready, 1 connecting, 1 disabled; broker connected (MQTT 5)");
  health.left(true, client::State::Connecting);
  health.joined(true, client::State::Failed);
  EXPECT_EQ(health.summary(),
            "2/4 instances ready, 1 failed, 1 disabled; broker connected (MQTT 5)");
}

TEST(Health, SaysWhyTheBrokerIsAway) {
  Health health;
  health.broker({.state = mqtt::BrokerState::Resting,
                 .last_error = Error{.fault = Fault::Tcp, .text = "connection refused"}});
  EXPECT_EQ(health.summary(), "no instances configured; broker unreachable: connection refused");
}

}  // namespace
}  // namespace wsrelay::bridge
