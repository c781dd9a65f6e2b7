#include "client/reconnect_policy.hpp"

#include <gtest/gtest.h>

namespace wsrelay::client {
namespace {

using namespace std::chrono_literals;
using Action = ReconnectRule::Action;

constexpr std::uint64_t kSeed = 99;
constexpr Duration kUsual = 7s;  // what the backoff drew
constexpr Duration kCap = 60s;
constexpr int kDraws = 500;

Reconnect usual_settings() {
  Reconnect reconnect;
  reconnect.delay = {.first = 1s, .max = kCap, .stable_after = 30s};
  return reconnect;
}

Ending refused(int status) {
  return {.error = {.fault = Fault::Http, .text = {}, .phase = "upgrading", .http_status = status}};
}
Ending refused(int status, Duration retry_after) {
  Ending ending = refused(status);
  ending.retry_after = retry_after;
  return ending;
}
Ending closed_by_server(std::uint16_t code) {
  return {.error = {.fault = Fault::ServerClose, .text = {}, .phase = "ready", .close_code = code},
          .close = code,
          .clean = true};
}
Ending closed_by_us(std::uint16_t code) {
  Ending ending = closed_by_server(code);
  ending.clean = false;
  return ending;
}
Ending failed(Fault fault, const char* phase) {
  return {.error = {.fault = fault, .text = {}, .phase = phase}};
}
Ending broken() {
  Ending ending = failed(Fault::Tcp, "ready");
  ending.close = 1006;
  return ending;
}
Ending untrusted() {
  return {.error = {
              .fault = Fault::Tls, .text = {}, .phase = "tls", .tls_code = -348, .tls_verify = 66}};
}

// ---- the built-in table

struct Row {
  const char* name;
  Ending ending;
  Duration least, most;  // the rest lies between, and both ends are come near
};
class Rest : public testing::TestWithParam<Row> {};

TEST_P(Rest, LastsAsTheCauseDeserves) {
  const Row& row = GetParam();
  SeededRandom random(kSeed);
  Duration shortest = Duration::max(), longest = Duration::zero();
  for (int i = 0; i < kDraws; ++i) {
    const Decision decision = decide(row.ending, usual_settings(), kUsual, random);
    ASSERT_EQ(decision.action, Action::Wait);
    shortest = std::min(shortest, decision.delay);
    longest = std::max(longest, decision.delay);
  }
  EXPECT_GE(shortest, row.least);
  EXPECT_LE(longest, row.most);
  const Duration margin = (row.most - row.least) / 20;
  EXPECT_LE(shortest, row.least + margin) << "drawn from the whole span";
  EXPECT_GE(longest, row.most - margin);
}

INSTANTIATE_TEST_SUITE_P(
    Usual, Rest,
    testing::Values(Row{"Refused", failed(Fault::Tcp, "connecting"), kUsual, kUsual},
                    Row{"Broken", broken(), kUsual, kUsual},
                    Row{"NoSuchName", failed(Fault::Dns, "resolving"), kUsual, kUsual},
                    Row{"ProxyAway", failed(Fault::Proxy, "proxy"), kUsual, kUsual},
                    Row{"TlsBroken", failed(Fault::Tls, "tls"), kUsual, kUsual},
                    Row{"NoSecret", failed(Fault::Local, "resolving"), kUsual, kUsual},
                    Row{"PongTimeout", failed(Fault::PongTimeout, "ready"), kUsual, kUsual},
                    Row{"CleanClose", closed_by_server(1000), kUsual, kUsual},
                    Row{"GoingAway", closed_by_server(1001), kUsual, kUsual},
                    Row{"ServerError", closed_by_server(1011), kUsual, kUsual},
                    Row{"OwnCode", closed_by_server(4000), kUsual, kUsual},
                    Row{"NoCode", closed_by_server(1005), kUsual, kUsual},
                    Row{"ClosedByUs", closed_by_us(1000), kUsual, kUsual},
                    Row{"Http500", refused(500), kUsual, kUsual},
                    Row{"Http200", refused(200), kUsual, kUsual},
                    Row{"Http302", refused(302), kUsual, kUsual},
                    Row{"Http429WithoutAWord", refused(429), kUsual, kUsual},
                    Row{"Http503WithoutAWord", refused(503), kUsual, kUsual},
                    Row{"RetryAfterElsewhereSaysNothing", refused(500, 30s), kUsual, kUsual}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Long, Rest,
    testing::Values(Row{"Http401", refused(401), 54s, 66s}, Row{"Http403", refused(403), 54s, 66s},
                    Row{"Http404", refused(404), 54s, 66s}, Row{"Http407", refused(407), 54s, 66s},
                    Row{"Http410", refused(410), 54s, 66s}, Row{"Untrusted", untrusted(), 54s, 66s},
                    Row{"PolicyViolation", closed_by_server(1008), 54s, 66s}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(Asked, Rest,
                         testing::Values(Row{"Http429", refused(429, 100s), 90s, 110s},
                                         Row{"Http503", refused(503, 20min), 18min, 22min},
                                         Row{"NeverEarlierThanUsual", refused(503, 1s), kUsual,
                                             kUsual},
                                         Row{"AtMostAnHour", refused(429, 24h), 54min, 66min},
                                         Row{"ServiceRestart", closed_by_server(1012), kUsual, 10s},
                                         Row{"TryAgainLater", closed_by_server(1013), kUsual, 10s}),
                         [](const auto& row) { return row.param.name; });

TEST(ReconnectPolicy, ARestartRestsForFiveSecondsAtLeast) {
  SeededRandom random(kSeed);
  for (int i = 0; i < kDraws; ++i) {
    const Decision decision = decide(closed_by_server(1012), usual_settings(), 0s, random);
    ASSERT_GE(decision.delay, 5s);
    ASSERT_LE(decision.delay, 10s);
  }
}

// ---- ends

struct EndRow {
  const char* name;
  Ending ending;
  bool enabled, on_clean_close;
  Action action;
};
class End : public testing::TestWithParam<EndRow> {};

TEST_P(End, IsFinalOnlyWhereTheSettingsSaySo) {
  const EndRow& row = GetParam();
  SeededRandom random(kSeed);
  Reconnect reconnect = usual_settings();
  reconnect.enabled = row.enabled;
  reconnect.on_clean_close = row.on_clean_close;
  EXPECT_EQ(decide(row.ending, reconnect, kUsual, random).action, row.action);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, End,
    testing::Values(
        EndRow{"OneAttemptThatFails", failed(Fault::Tcp, "connecting"), false, true, Action::Fail},
        EndRow{"OneAttemptThatBroke", broken(), false, true, Action::Fail},
        EndRow{"OneAttemptClosed", closed_by_server(1000), false, true, Action::Fail},
        EndRow{"OneAttemptClosedByUs", closed_by_us(1000), false, true, Action::Fail},
        EndRow{"CleanClose", closed_by_server(1000), true, false, Action::Fail},
        EndRow{"CleanCloseWithAnyCode", closed_by_server(4001), true, false, Action::Fail},
        EndRow{"CleanCloseIsNoEndByItself", closed_by_server(1000), true, true, Action::Wait},
        EndRow{"ABreakIsNoCleanClose", broken(), true, false, Action::Wait},
        EndRow{"OurOwnCloseIsNotTheServers", closed_by_us(1000), true, false, Action::Wait}),
    [](const auto& row) { return row.param.name; });

// ---- rules

struct RuleRow {
  const char* name;
  ReconnectRule rule;
  Ending ending;
  bool applies;
};
class Rule : public testing::TestWithParam<RuleRow> {};

TEST_P(Rule, AppliesIfEachListHoldsWhatHappened) {
  RuleRow row = GetParam();
  SeededRandom random(kSeed);
  Reconnect reconnect = usual_settings();
  row.rule.action = Action::Fail;
  reconnect.rules = {row.rule};
  EXPECT_EQ(decide(row.ending, reconnect, kUsual, random).action == Action::Fail, row.applies);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Rule,
    testing::Values(
        RuleRow{"Close", {.close = {{4000, 4000}}}, closed_by_server(4000), true},
        RuleRow{"OtherClose", {.close = {{4000, 4000}}}, closed_by_server(4001), false},
        RuleRow{"FirstOfARange", {.close = {{4000, 4099}}}, closed_by_server(4000), true},
        RuleRow{"LastOfARange", {.close = {{4000, 4099}}}, closed_by_server(4099), true},
        RuleRow{"BeyondARange", {.close = {{4000, 4099}}}, closed_by_server(4100), false},
        RuleRow{"SecondRange", {.close = {{1, 2}, {1001, 1001}}}, closed_by_server(1001), true},
        RuleRow{"NoCloseAtAll", {.close = {{1006, 1006}}}, broken(), true},
        RuleRow{"NeverOpen", {.close = {{1006, 1006}}}, failed(Fault::Tcp, "connecting"), false},
        RuleRow{"Http", {.http = {{400, 499}}}, refused(418), true},
        RuleRow{"OtherHttp", {.http = {{400, 499}}}, refused(500), false},
        RuleRow{"NoHttp", {.http = {{1, 599}}}, broken(), false},
        RuleRow{"Fault", {.faults = {Fault::Dns, Fault::Tls}}, untrusted(), true},
        RuleRow{"OtherFault", {.faults = {Fault::Dns}}, untrusted(), false},
        RuleRow{"Phase", {.phases = {"tls"}}, untrusted(), true},
        RuleRow{"OtherPhase", {.phases = {"ready", "closing"}}, untrusted(), false},
        RuleRow{"Both", {.faults = {Fault::Tls}, .phases = {"tls"}}, untrusted(), true},
        RuleRow{"OneOfTwo", {.faults = {Fault::Tls}, .phases = {"ready"}}, untrusted(), false},
        RuleRow{"AnEmptyRuleAppliesNever", {}, untrusted(), false}),
    [](const auto& row) { return row.param.name; });

class Rules : public testing::Test {
 protected:
  Decision decide_on(const Ending& ending) { return decide(ending, reconnect, kUsual, random); }

  SeededRandom random{kSeed};
  Reconnect reconnect = usual_settings();
};

TEST_F(Rules, TheFirstThatAppliesDecides) {
  reconnect.rules = {{.http = {{500, 500}}, .action = Action::Fail},
                     {.http = {{400, 499}}, .delay = 5min},
                     {.http = {{401, 401}}, .action = Action::Fail}};
  const Decision decision = decide_on(refused(401));
  EXPECT_EQ(decision.action, Action::Wait);
  EXPECT_GE(decision.delay, 270s);
  EXPECT_LE(decision.delay, 330s);
}

TEST_F(Rules, AWaitOfItsOwnIsJitteredByATenth) {
  reconnect.rules = {{.faults = {Fault::Tcp}, .delay = 100s}};
  Duration shortest = Duration::max(), longest{};
  for (int i = 0; i < kDraws; ++i) {
    const Duration delay = decide_on(broken()).delay;
    shortest = std::min(shortest, delay);
    longest = std::max(longest, delay);
  }
  EXPECT_GE(shortest, 90s);
  EXPECT_LT(shortest, 91s);
  EXPECT_LE(longest, 110s);
  EXPECT_GT(longest, 109s);
}

TEST_F(Rules, AnEndlessWaitOverflowsNothing) {
  reconnect.rules = {{.faults = {Fault::Tcp}, .delay = Duration::max()}};
  EXPECT_GT(decide_on(broken()).delay, std::chrono::hours(24 * 365));
}

TEST_F(Rules, AWaitWithoutADelayRestsAsUsual) {
  reconnect.rules = {{.http = {{401, 401}}}, {.close = {{1000, 1000}}}};
  EXPECT_GE(decide_on(refused(401)).delay, 54s) << "the table still knows the cause";
  EXPECT_EQ(decide_on(closed_by_server(1000)).delay, kUsual);
}

TEST_F(Rules, AWaitOverridesWhatWouldHaveBeenTheEnd) {
  reconnect.enabled = reconnect.on_clean_close = false;
  reconnect.rules = {{.close = {{4000, 4000}}, .delay = 5s}};
  EXPECT_EQ(decide_on(closed_by_server(4000)).action, Action::Wait);
  EXPECT_EQ(decide_on(closed_by_server(4001)).action, Action::Fail);
}

TEST_F(Rules, ARefreshComesAtOnceButOnlyTheFirstInARow) {
  reconnect.rules = {{.http = {{401, 401}}, .action = Action::Refresh}};
  Ending ending = refused(401);
  EXPECT_EQ(decide_on(ending).action, Action::Refresh);
  EXPECT_EQ(decide_on(ending).delay, 0s);
  ending.refreshed = true;
  EXPECT_EQ(decide_on(ending).action, Action::Refresh) << "the row goes on";
  EXPECT_GE(decide_on(ending).delay, 54s);
}

TEST_F(Rules, ASessionThatHeldEndsARowOfRefreshes) {
  reconnect.rules = {{.close = {{4001, 4001}}, .action = Action::Refresh}};
  Ending ending = closed_by_server(4001);
  ending.refreshed = true;
  ending.ready_for = 29s;
  EXPECT_EQ(decide_on(ending).delay, kUsual) << "accepted and thrown out again";
  ending.ready_for = 30s;
  EXPECT_EQ(decide_on(ending).delay, 0s);
}

}  // namespace
}  // namespace wsrelay::client
