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

// ---- bytes that keep coming

TEST(Liveness, BytesThatKeepComingPutTheEndOff) {
  Liveness liveness(kPing, {}, kStart);
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  liveness.heard(kStart + seconds(29));
  EXPECT_EQ(liveness.tick(kStart + seconds(30)), Verdict::Fine) << "a large message comes in";
  EXPECT_EQ(liveness.deadline(), kStart + seconds(39));
  EXPECT_EQ(liveness.tick(kStart + seconds(39)), Verdict::Dead) << "and then it did not";
}

TEST(Liveness, ButNotForEver) {
  Liveness liveness(kPing, {}, kStart);
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  for (int s = 21; s < 60; ++s) {
    liveness.heard(kStart + seconds(s));
    ASSERT_EQ(liveness.tick(kStart + seconds(s)), Verdict::Fine) << s;
  }
  EXPECT_EQ(liveness.deadline(), kStart + seconds(60)) << "four times the time-out";
  liveness.heard(kStart + seconds(60));
  EXPECT_EQ(liveness.tick(kStart + seconds(60)), Verdict::Dead);
}

TEST(Liveness, BytesBeforeThePingProveNothing) {
  Liveness liveness(kPing, {}, kStart);
  liveness.heard(kStart + seconds(19));
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + seconds(30)), Verdict::Dead);
}

TEST(Liveness, AnEndlessTimeOutOverflowsNothing) {
  Liveness liveness({.interval = seconds(20), .timeout = Duration::max()}, {}, kStart);
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + std::chrono::hours(1000)), Verdict::Fine);
}

// ---- to warn only

const Ping kWarning{
    .interval = seconds(20), .timeout = seconds(10), .on_timeout = Ping::OnTimeout::Warn};

TEST(Liveness, AWarningIsGivenOnceAndPingsGoOn) {
  Liveness liveness(kWarning, {}, kStart);
  ASSERT_EQ(liveness.tick(kStart + seconds(20)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + seconds(30)), Verdict::Late);
  EXPECT_EQ(liveness.tick(kStart + seconds(30)), Verdict::Fine);
  EXPECT_EQ(liveness.tick(kStart + seconds(50)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + seconds(60)), Verdict::Fine) << "it was said already";
  EXPECT_EQ(liveness.tick(kStart + seconds(80)), Verdict::SendPing);
}

TEST(Liveness, APongEndsTheSilenceAndTheNextOneIsNewsAgain) {
  Liveness liveness(kWarning, {}, kStart);
  liveness.tick(kStart + seconds(20));
  ASSERT_EQ(liveness.tick(kStart + seconds(30)), Verdict::Late);
  EXPECT_EQ(liveness.pong(copy(liveness.payload()), kStart + seconds(35)), Duration(seconds(15)))
      << "late, but here";
  EXPECT_EQ(liveness.pong(copy(liveness.payload()), kStart + seconds(36)), std::nullopt);
  ASSERT_EQ(liveness.tick(kStart + seconds(50)), Verdict::SendPing);
  EXPECT_EQ(liveness.tick(kStart + seconds(60)), Verdict::Late);
}

// ---- data

TEST(Liveness, NoDataForTooLongIsIdleWhateverThePongsSay) {
  Liveness liveness(kPing, {.after = seconds(60)}, kStart);
  for (int s = 20; s < 60; s += 20) {
    ASSERT_EQ(liveness.tick(kStart + seconds(s)), Verdict::SendPing);
    liveness.heard(kStart + seconds(s));
    liveness.pong(copy(liveness.payload()), kStart + seconds(s));
  }
  EXPECT_EQ(liveness.tick(kStart + seconds(59)), Verdict::Fine);
  EXPECT_EQ(liveness.deadline(), kStart + seconds(60));
  EXPECT_EQ(liveness.tick(kStart + seconds(60)), Verdict::Idle);
}

TEST(Liveness, DataBeginsTheWaitAnew) {
  Liveness liveness({.interval = Duration::zero()}, {.after = seconds(60)}, kStart);
  liveness.heard_data(kStart + seconds(59));
  EXPECT_EQ(liveness.tick(kStart + seconds(60)), Verdict::Fine);
  EXPECT_EQ(liveness.tick(kStart + seconds(119)), Verdict::Idle);
}

TEST(Liveness, APauseOfOursIsNoSilenceOfTheServers) {
  Liveness liveness({.interval = Duration::zero()}, {.after = seconds(60)}, kStart);
  liveness.excuse(kStart + seconds(600));
  EXPECT_EQ(liveness.tick(kStart + seconds(600)), Verdict::Fine);
  EXPECT_EQ(liveness.deadline(), kStart + seconds(660));
}

TEST(Liveness, TheDataLimitChangesLive) {
  Liveness liveness({.interval = Duration::zero()}, {}, kStart);
  EXPECT_EQ(liveness.deadline(), Instant::max());
  liveness.set({.interval = Duration::zero()}, {.after = seconds(5)}, kStart + seconds(1));
  EXPECT_EQ(liveness.deadline(), kStart + seconds(5));
}

}  // namespace
}  // namespace wsrelay::client
