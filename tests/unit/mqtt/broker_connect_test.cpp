// Greeting the broker, falling back, resting, leaving.
#include <fstream>

#include "unit/mqtt/house.hpp"

namespace wsrelay::mqtt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class BrokerConnect : public BrokerHouse {};

TEST_F(BrokerConnect, GreetsWithMqtt5ItsSessionItsWillAndItsLogin) {
  settings.username = {.source = SecretRef::Source::Literal, .literal = Secret("relay")};
  settings.password = {
      .source = SecretRef::Source::Literal, .literal = Secret("s3cret"), .name = {}};
  settings.keepalive = seconds(30);
  settings.session_expiry = seconds(3600);
  wiring.will = publication("base/state", "offline", 1);
  wiring.will.retain = true;
  wiring.max_packet = 123456;
  open();
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_EQ(broker->status().protocol, 5);
  EXPECT_EQ(broker->status().remote, "pipe");
  EXPECT_EQ(peer().version, 5);
  EXPECT_EQ(peer().client_id, "house");
  EXPECT_EQ(peer().keepalive, 30U);
  EXPECT_FALSE(peer().clean_start);
  EXPECT_EQ(peer().user, "relay");
  EXPECT_EQ(peer().password, "s3cret");
  EXPECT_EQ(peer().will_topic, "base/state");
  EXPECT_EQ(peer().will_payload, "offline");
  EXPECT_EQ(peer().will_qos, 1U);
  EXPECT_TRUE(peer().will_retain);
  EXPECT_THAT(peer().connect_properties, HasSubstr("17=3600"));
  EXPECT_THAT(peer().connect_properties, HasSubstr("39=123456"));
  EXPECT_THAT(upstairs.states, ElementsAre(BrokerState::Connecting, BrokerState::Connected));
}

TEST_F(BrokerConnect, LeavesNoSocketBehind) {
  open();
  EXPECT_TRUE(directory.empty());
}

TEST_F(BrokerConnect, RefusesADirectoryThatOthersMayEnter) {
  std::filesystem::permissions(directory.path(), std::filesystem::perms(0755));
  open();
  EXPECT_THAT(upstairs.failures, ElementsAre(HasSubstr("mode 0700")));
}

TEST_F(BrokerConnect, SaysWhichPasswordFileCannotBeRead) {
  settings.password = {.source = SecretRef::Source::File, .literal = {}, .name = "/nowhere/pw"};
  open();
  EXPECT_EQ(broker->status().state, BrokerState::Resting);
  EXPECT_THAT(upstairs.failures, ElementsAre(HasSubstr("/nowhere/pw")));
  EXPECT_TRUE(net.attempts.empty());
}

struct BadLogin {
  const char* name;
  bool username;
  std::string bytes;
  const char* wrong;
};
std::ostream& operator<<(std::ostream& out, const BadLogin& row) {
  return out << row.name;
}
class SpoiltLogin : public BrokerHouse, public testing::WithParamInterface<BadLogin> {};
TEST_P(SpoiltLogin, IsRefusedByItsPlace) {
  const std::string path = directory.path() + "/login";
  std::ofstream(path) << GetParam().bytes;
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  const SecretRef file{.source = SecretRef::Source::File, .name = path};
  (GetParam().username ? settings.username : settings.password) = file;
  open();
  EXPECT_THAT(upstairs.failures,
              ElementsAre(std::string("the ") + (GetParam().username ? "username" : "password") +
                          " for the broker, from " + path + " " + GetParam().wrong));
  EXPECT_TRUE(net.attempts.empty());
}
INSTANTIATE_TEST_SUITE_P(Rows, SpoiltLogin,
                         testing::Values(BadLogin{"LineBreakInTheName", true, "hush\n",
                                                  "has a line break or control character"},
                                         BadLogin{"NameIsNoUtf8", true, "hush\xFF", "is not UTF-8"},
                                         BadLogin{
                                             "NulInThePassword", false, std::string("hush\0x", 6),
                                             "has a NUL byte, which libmosquitto cannot send"}),
                         [](const auto& row) { return row.param.name; });

TEST_F(BrokerConnect, ReadsTheLoginAnewForEachAttempt) {
  const std::string path = directory.path() + "/login";
  const auto write = [&](const std::string& name) {
    std::ofstream(path) << name;
    std::filesystem::permissions(path, std::filesystem::perms(0600));
  };
  settings.username = {.source = SecretRef::Source::File, .name = path};
  write("first");
  open();
  EXPECT_EQ(peer().user, "first");
  write("second");
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(peer().user, "second");
}

// ---- falling back to 3.1.1 ----

struct FallbackCase {
  const char* name;
  test::MqttBrokerPlan plan;
  std::size_t attempts;
};
std::ostream& operator<<(std::ostream& out, const FallbackCase& row) {
  return out << row.name;
}
class Fallback : public BrokerHouse, public testing::WithParamInterface<FallbackCase> {};

TEST_P(Fallback, ReachesThe311BrokerAndRemembersIt) {
  net.plans = {GetParam().plan};
  open();
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(broker->status().protocol, 4);
  EXPECT_EQ(net.attempts.size(), GetParam().attempts);
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(net.attempts.size(), GetParam().attempts + 1) << "it remembers what works";
}

INSTANTIATE_TEST_SUITE_P(
    Brokers, Fallback,
    testing::Values(FallbackCase{"ThatSaysSoIn311", {.version = 4, .connack_code = 1}, 2},
                    FallbackCase{"ThatSaysSoIn5", {.version = 4, .connack_code = 0x84}, 2},
                    FallbackCase{"ThatHangsUp", {.version = 4, .connack_code = 0}, 3}),
    [](const auto& row) { return row.param.name; });

TEST_F(BrokerConnect, OneCloseWithoutAnAnswerIsNoReasonToFallBack) {
  net.plans = {{.hangs_up = true}, {}};
  open();
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(broker->status().protocol, 5);
}

// ---- what ends a greeting ----

struct RefusalCase {
  const char* name;
  test::MqttBrokerPlan plan;
  std::string text;
};
std::ostream& operator<<(std::ostream& out, const RefusalCase& row) {
  return out << row.name;
}
class Refusal : public BrokerHouse, public testing::WithParamInterface<RefusalCase> {};

TEST_P(Refusal, SaysWhyInOneSentence) {
  net.plans = {GetParam().plan};
  open();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  EXPECT_EQ(upstairs.failures.front(), GetParam().text);
  EXPECT_EQ(upstairs.losses, 0U) << "nothing was pulled, so nothing is given back";
  EXPECT_EQ(upstairs.asked, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, Refusal,
    testing::Values(
        RefusalCase{"NotAuthorized",
                    {.connack_code = 0x87},
                    "the broker refused the login (not authorized)"},
        RefusalCase{"BadPassword",
                    {.connack_code = 0x86},
                    "the broker refused the login (bad user name or password)"},
        RefusalCase{
            "Busy", {.connack_code = 0x89}, "the broker refused the connection (server busy)"},
        RefusalCase{
            "Unknown", {.connack_code = 0xF7}, "the broker refused the connection (reason 0xF7)"},
        RefusalCase{"HangsUp", {.hangs_up = true}, "the broker closed the connection"},
        RefusalCase{"Silent", {.silent = true}, "the broker did not answer CONNECT within 10 s"}),
    [](const auto& row) { return row.param.name; });

TEST_F(BrokerConnect, SpellsOutThe311CodesToo) {
  net.plans = {{.version = 4, .connack_code = 1}, {.connack_code = 5}};
  open();
  ASSERT_TRUE(sim.advance_until([&] { return upstairs.failures.size() == 2; }));
  EXPECT_EQ(upstairs.failures[1], "the broker refused the login (not authorized)");
}

TEST_F(BrokerConnect, WaitsTenSecondsForConnack) {
  net.plans = {{.silent = true}};
  open();
  sim.advance(milliseconds(9999));
  EXPECT_EQ(broker->status().state, BrokerState::Connecting);
  sim.advance(milliseconds(1));
  EXPECT_NE(broker->status().state, BrokerState::Connecting);
}

TEST_F(BrokerConnect, AFirstPacketThatIsNoConnackEndsTheConnection) {
  net.plans = {{.silent = true}};
  open();
  peer().publish("early", "bird");
  ASSERT_TRUE(reaches(BrokerState::Resting));
  EXPECT_TRUE(upstairs.arrivals.empty());
}

TEST_F(BrokerConnect, AWillBeyondTheBrokersMeansIsCutDown) {
  net.plans = {{.connack_code = 0x9A}, {.connack_code = 0x9B}, {}};
  wiring.will = publication("base/state", "offline", 1);
  wiring.will.retain = true;
  open();
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(peer().will_qos, 0U);
  EXPECT_FALSE(peer().will_retain);
}

// ---- resting ----

TEST_F(BrokerConnect, RestsLongerAndLongerWhileNothingAnswers) {
  net.failure = Error{.fault = Fault::Tcp, .text = "connection refused"};
  settings.delay = {.first = seconds(1), .max = seconds(8), .stable_after = seconds(30)};
  open();
  ASSERT_TRUE(sim.advance_until([&] { return net.attempts.size() == 200; }));
  EXPECT_GT(net.attempts.back() - net.attempts.front(), seconds(8) * 200 / 3);
  for (std::size_t i = 1; i < net.attempts.size(); ++i)
    EXPECT_LE(net.attempts[i] - net.attempts[i - 1], seconds(8));
  EXPECT_EQ(broker->status().last_error->text, "connection refused");
}

TEST_F(BrokerConnect, AcceptAndCloseDoesNotResetTheDelay) {
  settings.delay = {.first = seconds(1), .max = seconds(60), .stable_after = seconds(30)};
  open();
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(reaches(BrokerState::Connected));
    peer().close();
    ASSERT_TRUE(reaches(BrokerState::Resting));
  }
  EXPECT_EQ(broker->status().attempt, 8U);
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.advance(seconds(31));
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  EXPECT_EQ(broker->status().attempt, 1U);
}

TEST_F(BrokerConnect, ATakenOverSessionIsNotFoughtFor) {
  settings.delay = {.first = milliseconds(100), .max = seconds(60), .stable_after = seconds(30)};
  open();
  Instant lost{};
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reaches(BrokerState::Connected));
    peer().disconnect(0x8E);
    peer().close();
    ASSERT_TRUE(reaches(BrokerState::Resting));
    lost = sim.now();
  }
  EXPECT_EQ(broker->status().last_error->text, "client id house is in use by another client");
  EXPECT_EQ(broker->status().next_attempt, lost + seconds(60));
}

TEST_F(BrokerConnect, ATakeoverWithoutAWordIsGuessed) {
  open();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(reaches(BrokerState::Connected));
    peer().close();
    ASSERT_TRUE(reaches(BrokerState::Resting));
  }
  EXPECT_EQ(upstairs.failures[0], "the broker closed the connection");
  EXPECT_EQ(upstairs.failures[2],
            "the broker closed the connection; is client id house in use by another client?");
}

TEST_F(BrokerConnect, SaysWithWhichReasonTheBrokerLeft) {
  open();
  peer().disconnect(0x8B);
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  EXPECT_EQ(upstairs.failures.front(), "the broker ended the connection (server shutting down)");
}

// ---- keep-alive ----

TEST_F(BrokerConnect, PingsWhenNothingElseIsSaid) {
  settings.keepalive = seconds(20);
  open();
  sim.advance(minutes(5));
  EXPECT_EQ(peer().pings, 15U);
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
}

TEST_F(BrokerConnect, NoticesABrokerThatAnswersNothing) {
  settings.keepalive = seconds(20);
  open();
  peer().deaf = true;
  sim.advance(seconds(39));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  sim.advance(seconds(1));
  EXPECT_EQ(upstairs.failures.front(), "the broker did not answer within the keep-alive time");
}

TEST_F(BrokerConnect, ObeysTheBrokersKeepAlive) {
  net.plans = {{.connack_properties = std::string("\x13\x00\x05", 3)}};
  settings.keepalive = seconds(60);
  open();
  sim.advance(seconds(60));
  EXPECT_EQ(peer().pings, 12U);
}

// ---- leaving ----

TEST_F(BrokerConnect, LeavesWithADisconnect) {
  open();
  broker->stop(sim.now() + seconds(5));
  sim.settle();
  EXPECT_TRUE(peer().said_goodbye);
  ASSERT_TRUE(reaches(BrokerState::Stopped));
  EXPECT_EQ(upstairs.losses, 0U);
  sim.advance(minutes(10));
  EXPECT_EQ(net.attempts.size(), 1U);
}

TEST_F(BrokerConnect, LeavesAtOnceWhileResting) {
  net.failure = Error{.fault = Fault::Tcp, .text = "connection refused"};
  open();
  broker->stop(sim.now() + seconds(5));
  sim.settle();
  EXPECT_EQ(broker->status().state, BrokerState::Stopped);
}

TEST_F(BrokerConnect, LeavesAtTheDeadlineWhileGreeting) {
  net.plans = {{.silent = true}};
  open();
  broker->stop(sim.now() + seconds(2));
  sim.advance(seconds(2));
  EXPECT_EQ(broker->status().state, BrokerState::Stopped);
}

TEST_F(BrokerConnect, CanBeDroppedInEveryState) {
  for (const auto& plan : {test::MqttBrokerPlan{}, test::MqttBrokerPlan{.silent = true},
                           test::MqttBrokerPlan{.hangs_up = true}}) {
    net.plans = {plan};
    open();
    publish(publication("a", "b", 1));
    sim.settle();
    broker.reset();
    EXPECT_EQ(sim.tasks(), net.brokers.size());
  }
}

}  // namespace
}  // namespace wsrelay::mqtt
