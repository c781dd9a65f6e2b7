#include "base/backoff.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace wsrelay {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesTheSpanUpToItsMaximum) {
  SeededRandom random(1);
  Backoff backoff({.first = 1s, .max = 10s, .stable_after = 30s});
  for (const Duration span : {1s, 2s, 4s, 8s, 10s, 10s, 10s}) {
    Backoff copy = backoff;
    Duration longest{};
    for (int i = 0; i < 2000; ++i) {
      Backoff once = backoff;
      const Duration rest = once.next(random);
      EXPECT_GE(rest, 0s);
      EXPECT_LE(rest, span);
      longest = std::max(longest, rest);
    }
    EXPECT_GT(longest, span * 9 / 10) << "the whole span is drawn from";
    copy.next(random);
    backoff = copy;
  }
}

TEST(Backoff, IsBoundedForeverAndForAnyDelay) {
  SeededRandom random(2);
  for (const Delay delay : {Delay{.first = 1ns, .max = Duration::max()},
                            Delay{.first = 0s, .max = 0s}, Delay{.first = 5s, .max = 1s},
                            Delay{.first = Duration::max() - 1ns, .max = Duration::max() - 1ns}}) {
    Backoff backoff(delay);
    for (int i = 0; i < 200; ++i) {
      const Duration rest = backoff.next(random);
      ASSERT_GE(rest, 0s);
      ASSERT_LE(rest, delay.max);
    }
    EXPECT_EQ(backoff.failures(), 200U);
  }
}

TEST(Backoff, ForgetsOnlyAfterAStableConnection) {
  SeededRandom random(3);
  Backoff backoff({.first = 1s, .max = 60s, .stable_after = 30s});
  backoff.next(random);
  backoff.next(random);
  backoff.succeeded_for(30s - 1ns);
  EXPECT_EQ(backoff.failures(), 2U);
  backoff.succeeded_for(30s);
  EXPECT_EQ(backoff.failures(), 0U);
}

TEST(Backoff, DrawsTheRestUnderWayAnewWithoutCountingIt) {
  SeededRandom random(5);
  Backoff backoff({.first = 1s, .max = 60s});
  for (const Duration span : {1s, 2s, 4s}) {
    backoff.next(random);
    Duration longest{};
    for (int i = 0; i < 2000; ++i) longest = std::max(longest, backoff.again(random));
    EXPECT_LE(longest, span);
    EXPECT_GT(longest, span * 9 / 10);
  }
  EXPECT_EQ(backoff.failures(), 3U);
}

TEST(Backoff, BeforeAnyFailureThereIsAFirstRest) {
  SeededRandom random(6);
  Backoff backoff({.first = 1s, .max = 60s});
  for (int i = 0; i < 2000; ++i) EXPECT_LE(backoff.again(random), 1s);
  EXPECT_EQ(backoff.failures(), 0U);
}

TEST(Backoff, KeepsItsFailuresWhenTheDelayChanges) {
  SeededRandom random(4);
  Backoff backoff({.first = 1s, .max = 60s});
  backoff.next(random);
  backoff.set({.first = 1ms, .max = 2ms});
  EXPECT_EQ(backoff.failures(), 1U);
  EXPECT_LE(backoff.next(random), 2ms);
}

TEST(Backoff, TwoWithDifferentChancePartWays) {
  SeededRandom one(1);
  SeededRandom two(2);
  Backoff a{Delay{}};
  Backoff b{Delay{}};
  int equal = 0;
  for (int i = 0; i < 20; ++i) equal += a.next(one) == b.next(two) ? 1 : 0;
  EXPECT_EQ(equal, 0);
}

}  // namespace
}  // namespace wsrelay
