// What fell together does not come back in one instant.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

class Starts : public BridgeFlow {
 protected:
  static std::string name(unsigned i) { return "i" + std::to_string(i); }
  /// Instances `from` to `to`, each to a host of its own, or all to one.
  void add_many(unsigned count, bool one_host) {
    for (unsigned i = 0; i < count; ++i) {
      add(name(i));
      if (!one_host) continue;
      config.instances[name(i)].client.url = *parse_url("ws://shared/" + std::to_string(i), {"ws"});
    }
  }
  void fall_together() {
    for (auto& each : peers)
      for (auto& one : each.second) one->hang_up();
  }
  /// The most attempts that began within any one second from `since` on.
  std::size_t most_in_a_second(Instant since) const {
    std::size_t most = 0;
    const auto& all = dialer.attempts;
    for (std::size_t first = 0, last = 0; last < all.size(); ++last) {
      if (all[last] < since) continue;
      while (all[first] < since || all[last] - all[first] >= seconds(1)) ++first;
      most = std::max(most, last - first + 1);
    }
    return most;
  }
};

TEST_F(Starts, TwoHundredThatFallTogetherComeBackAtTheirPace) {
  add_many(200, false);
  config.starts = {.per_second = 20, .per_host_per_second = 0};
  start();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  const Instant fell = sim.now();
  fall_together();
  sim.settle();
  EXPECT_FALSE(all_ready());
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  // A second's worth may have been saved up.
  EXPECT_LE(most_in_a_second(fell), 40U);
  EXPECT_GE(sim.now() - fell, seconds(8));
  EXPECT_LE(sim.now() - fell, seconds(15));
  EXPECT_EQ(peers.size(), 200U);
  for (const auto& each : peers) EXPECT_EQ(each.second.size(), 2U) << each.first;
}

TEST_F(Starts, OneHostIsSparedMoreThanAll) {
  add_many(50, true);
  config.starts = {.per_second = 0, .per_host_per_second = 5};
  start();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  EXPECT_LE(most_in_a_second(Instant{}), 10U + 1U) << "and the broker's";
}

TEST_F(Starts, WithoutALimitTheyComeAtOnce) {
  add_many(200, true);
  config.starts = {.per_second = 0, .per_host_per_second = 0};
  start();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  EXPECT_EQ(most_in_a_second(Instant{}), 201U);
}

TEST_F(Starts, TheLimitChangesLive) {
  add_many(100, false);
  config.starts = {.per_second = 0, .per_host_per_second = 0};
  start();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  config.starts = {.per_second = 10, .per_host_per_second = 0};
  reload();
  const Instant fell = sim.now();
  fall_together();
  ASSERT_TRUE(sim.advance_until([&] { return peers[name(0)].size() == 2 && all_ready(); }));
  EXPECT_LE(most_in_a_second(fell), 20U);
}

}  // namespace
}  // namespace wsrelay::bridge
