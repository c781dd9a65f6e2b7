#include "client/start_rate.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::client {
namespace {

using namespace std::chrono_literals;

const Instant kStart(std::chrono::hours(1));

// At most `bound` of `starts` in any second.
void expect_rate(std::vector<Instant> starts, std::size_t bound) {
  std::sort(starts.begin(), starts.end());
  for (std::size_t i = bound; i < starts.size(); ++i)
    ASSERT_GE(starts[i] - starts[i - bound], 1s) << "start " << i;
}

TEST(StartRate, WhoIsAloneStartsAtOnce) {
  StartRate rate({.per_second = 1, .per_host_per_second = 1});
  EXPECT_EQ(rate.book("a", kStart), kStart);
  EXPECT_EQ(rate.book("a", kStart + 1s), kStart + 1s);
  EXPECT_EQ(rate.book("b", kStart + 10s), kStart + 10s);
}

TEST(StartRate, TheOthersBookTheirPlaces) {
  StartRate rate({.per_second = 4, .per_host_per_second = 0});
  for (int i = 0; i < 10; ++i) EXPECT_EQ(rate.book("a", kStart), kStart + i * 250ms);
}

TEST(StartRate, ZeroIsNoLimit) {
  StartRate none({.per_second = 0, .per_host_per_second = 0});
  StartRate host({.per_second = 0, .per_host_per_second = 10});
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(none.book("a", kStart), kStart);
    EXPECT_EQ(host.book(std::to_string(i), kStart), kStart);
  }
  EXPECT_EQ(host.book("7", kStart), kStart + 100ms);
  EXPECT_EQ(none.hosts(), 0U);
}

TEST(StartRate, NeverMoreInAnySecondOverAThousandClientsAndPerHost) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    const StartRate::Settings settings{.per_second = 1 + random.below(300),
                                       .per_host_per_second = 1 + random.below(60)};
    StartRate rate(settings);
    std::vector<Instant> all;
    std::map<std::string, std::vector<Instant>> by_host;
    Instant now = kStart;
    for (int i = 0; i < 1000; ++i) {
      now += Duration(static_cast<Duration::rep>(random.below(30'000'000)));
      const std::string host = std::to_string(random.below(7) * random.below(7));
      const Instant start = rate.book(host, now);
      ASSERT_GE(start, now);
      std::vector<Instant>& same = by_host[host];
      ASSERT_TRUE(same.empty() || start > same.back()) << "the order is kept";
      all.push_back(start);
      same.push_back(start);
    }
    expect_rate(all, settings.per_second);
    for (const auto& each : by_host) expect_rate(each.second, settings.per_host_per_second);
  }
}

TEST(StartRate, NobodyStarves) {
  StartRate rate({.per_second = 200, .per_host_per_second = 50});
  Instant last = kStart;
  for (int i = 0; i < 1000; ++i)
    last = std::max(last, rate.book("host" + std::to_string(i % 20), kStart));
  EXPECT_LE(last - kStart, 5s) << "1000 at 200 a second";
}

TEST(StartRate, ABusyHostHoldsUpNobodyElse) {
  StartRate rate({.per_second = 200, .per_host_per_second = 10});
  for (int i = 0; i < 500; ++i) rate.book("busy", kStart);  // that is for 50 s
  for (int i = 0; i < 100; ++i)
    EXPECT_LE(rate.book("quiet" + std::to_string(i), kStart) - kStart, 1s);
}

TEST(StartRate, FillsTheGapsThatABusyHostLeaves) {
  StartRate rate({.per_second = 10, .per_host_per_second = 5});
  std::vector<Instant> all;
  for (int i = 0; i < 5; ++i) all.push_back(rate.book("a", kStart));
  for (int i = 0; i < 5; ++i) all.push_back(rate.book("b", kStart));
  expect_rate(all, 10);
  EXPECT_EQ(*std::max_element(all.begin(), all.end()), kStart + 900ms) << "every place is taken";
}

TEST(StartRate, ForgetsHostsThatMayStartAgain) {
  StartRate rate({.per_second = 0, .per_host_per_second = 50});
  Instant now = kStart;
  std::size_t most = 0;
  for (int i = 0; i < 100'000; ++i) {
    now += 10ms;
    rate.book(std::to_string(i), now);
    most = std::max(most, rate.hosts());
  }
  EXPECT_LE(most, 128U);
}

TEST(StartRate, OtherSettingsCountFromNowOn) {
  StartRate rate({.per_second = 1, .per_host_per_second = 0});
  rate.book("a", kStart);
  EXPECT_EQ(rate.book("a", kStart), kStart + 1s);
  rate.set({.per_second = 100, .per_host_per_second = 0});
  EXPECT_EQ(rate.book("a", kStart + 2s), kStart + 2s);
  EXPECT_EQ(rate.book("a", kStart + 2s), kStart + 2s + 10ms);
}

}  // namespace
}  // namespace wsrelay::client
