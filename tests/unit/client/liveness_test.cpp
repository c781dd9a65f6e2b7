#include "client/liveness.hpp"

#include <gtest/gtest.h>

namespace wsrelay::client {
namespace {

using std::chrono::seconds;
using Verdict = Liveness::Verdict;

const Instant kStart(std::chrono::hours(1));
const Ping kPing{.interval = seconds(20), .timeout = seconds(10)};

Bytes copy(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(Liveness, PingsAfterTheIntervalAndMeasuresTheRoundTrip) {
  Liveness liveness(kPing, {}, kStart);
  EXPECT_EQ(liveness.deadline(), kStart + seconds(20));
  EXPECT_EQ(liveness.tick(kStart + seconds(19)), Verdict::Fine);
  EXPECT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + seconds(20)), Verdict::Fine)
      << "a spurious tick sends no second one";
  EXPECT_EQ(liveness.pong(copy(liveness.payload()), kStart + seconds(21)), Duration(seconds(1)));
  EXPECT_EQ(liveness.deadline(), kStart + seconds(40));
}

TEST(Liveness, OnlyTheNewestPingsPongCounts) {
  Liveness liveness(kPing, {}, kStart);
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  const Bytes first = copy(liveness.payload());
  liveness.pong(first, kStart + seconds(21));
  ASSERT_EQ(liveness.tick(kStart + seconds(40)), Verdict::SendPing);
  EXPECT_EQ(liveness.pong(first, kStart + seconds(41)), std::nullopt);
  EXPECT_EQ(liveness.pong(to_bytes("unsolicited"), kStart + seconds(41)), std::nullopt);
  EXPECT_EQ(liveness.pong({}, kStart + seconds(41)), std::nullopt);
  EXPECT_EQ(liveness.tick(kStart + seconds(50)), Verdict::Dead);
}

TEST(Liveness, ZeroMeansNever) {
  Liveness liveness({.interval = Duration::zero()}, {}, kStart);
  EXPECT_EQ(liveness.deadline(), Instant::max());
  EXPECT_EQ(liveness.tick(kStart + std::chrono::hours(1000)), Verdict::Fine);
}

TEST(Liveness, ASilenceOfOurOwnMakingIsExcused) {
  Liveness liveness(kPing, {}, kStart);
  liveness.tick(kStart + seconds(20));
  liveness.excuse(kStart + seconds(300));
  EXPECT_EQ(liveness.tick(kStart + seconds(300)), Verdict::Fine);
  EXPECT_EQ(liveness.tick(kStart + seconds(310)), Verdict::Dead);
}

TEST(Liveness, TheIntervalChangesLive) {
  Liveness liveness(kPing, {}, kStart);
  liveness.set({.interval = seconds(5), .timeout = seconds(5)}, {}, kStart + seconds(1));
  EXPECT_EQ(liveness.deadline(), kStart + seconds(6));
}

}  // namespace
}  // namespace wsrelay::client
