// New settings while it runs: what stays, what is left and how, what the next broker hears.
#include "unit/mqtt/house.hpp"

namespace wsrelay::mqtt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class BrokerChange : public BrokerHouse {
 protected:
  void change(Duration within = seconds(1)) {
    broker->change(settings, after(sim.now(), within));
    sim.settle();
  }
  void move_to(const std::string& host) {
    settings.url.host = host;
    change();
  }
  test::MqttBroker& first() { return *net.brokers.front(); }
};

TEST_F(BrokerChange, TheNextBrokerIsReachedAtOnceAndTheOldOneIsLeftWithAWord) {
  open();
  move_to("elsewhere");
  EXPECT_TRUE(first().said_goodbye);
  EXPECT_TRUE(first().ended);
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_THAT(net.hosts, ElementsAre("localhost", "elsewhere"));
  EXPECT_THAT(upstairs.states, ElementsAre(BrokerState::Connecting, BrokerState::Connected,
                                           BrokerState::Connecting, BrokerState::Connected));
  EXPECT_EQ(upstairs.losses, 0U) << "nothing was open";
}

TEST_F(BrokerChange, OnlyTheRestChangesUnderAConnection) {
  open();
  settings.delay.first = seconds(7);
  change();
  EXPECT_THAT(net.brokers, SizeIs(1));
  EXPECT_FALSE(first().said_goodbye);
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
}

struct ChangeCase {
  const char* name;
  void (*make)(Settings&);
};
std::ostream& operator<<(std::ostream& out, const ChangeCase& row) {
  return out << row.name;
}
class NewConnection : public BrokerChange, public testing::WithParamInterface<ChangeCase> {};

TEST_P(NewConnection, IsMadeAtOnce) {
  open();
  GetParam().make(settings);
  change();
  EXPECT_TRUE(first().said_goodbye);
  EXPECT_THAT(net.brokers, SizeIs(2));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
}

INSTANTIATE_TEST_SUITE_P(
    Settings, NewConnection,
    testing::Values(ChangeCase{"Port", [](Settings& s) { s.url.port = 1884; }},
                    ChangeCase{"ClientId", [](Settings& s) { s.client_id = "another"; }},
                    ChangeCase{"Trust", [](Settings& s) { s.tls.ca_file = "/etc/ssl/other.pem"; }},
                    ChangeCase{"Keepalive", [](Settings& s) { s.keepalive = seconds(5); }},
                    ChangeCase{"SessionExpiry",
                               [](Settings& s) { s.session_expiry = seconds(9); }}),
    [](const auto& row) { return std::string(row.param.name); });

TEST_F(BrokerChange, WhatIsUnderWayIsWaitedForAndThenGivenBackInOrder) {
  net.plans = {{.acknowledges = false}, {}};
  open();
  for (const char* each : {"1", "2", "3"}) publish(publication("t", each, 1));
  sim.settle();
  first().puback(first().published.front().id);
  move_to("elsewhere");
  EXPECT_FALSE(first().said_goodbye) << "two verdicts are missing";
  ASSERT_TRUE(sim.advance_until([&] { return net.brokers.size() == 2; }, seconds(2)));
  sim.settle();
  EXPECT_TRUE(first().said_goodbye);
  EXPECT_EQ(upstairs.given_back, 2U);
  ASSERT_THAT(peer().published, SizeIs(2));
  EXPECT_EQ(peer().published[0].payload + peer().published[1].payload, "23");
  EXPECT_THAT(upstairs.verdicts, SizeIs(3));
}

TEST_F(BrokerChange, AVerdictThatComesInTimeIsNotSentAgain) {
  net.plans = {{.acknowledges = false}, {}};
  open();
  publish(publication("t", "x", 1));
  sim.settle();
  move_to("elsewhere");
  sim.advance(milliseconds(500));
  first().puback(first().published.front().id);
  sim.settle();
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_THAT(net.hosts, ElementsAre("localhost", "elsewhere"));
  EXPECT_THAT(peer().published, IsEmpty());
}

TEST_F(BrokerChange, ABrokerThatDoesNotHangUpIsLeftAllTheSame) {
  open();
  first().reads = false;
  publish(publication("t", "x", 1));
  move_to("elsewhere");
  const Instant began = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return net.brokers.size() == 2; }));
  EXPECT_LE(sim.now() - began, seconds(2));
}

TEST_F(BrokerChange, ARestEndsAtOnce) {
  net.failure = Error{.fault = Fault::Tcp, .text = "refused"};
  open();
  sim.advance(minutes(5));
  EXPECT_EQ(broker->status().state, BrokerState::Resting);
  net.failure.reset();
  move_to("elsewhere");
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_EQ(net.hosts.back(), "elsewhere");
}

TEST_F(BrokerChange, ABrokerThatDoesNotAnswerIsLeftAtOnce) {
  net.plans = {{.silent = true}, {}};
  open();
  EXPECT_EQ(broker->status().state, BrokerState::Connecting);
  move_to("elsewhere");
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_TRUE(first().ended);
}

TEST_F(BrokerChange, AShorterRestCountsForTheOneUnderWay) {
  net.failure = Error{.fault = Fault::Tcp, .text = "refused"};
  settings.delay = {.first = minutes(1000), .max = minutes(1000)};
  open();
  settings.delay = {.first = seconds(1), .max = seconds(1)};
  change();
  EXPECT_LE(broker->status().next_attempt, after(sim.now(), seconds(1)));
  net.failure.reset();
  sim.advance(seconds(1));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_THAT(net.attempts, SizeIs(2));
}

TEST_F(BrokerChange, ABrokerElsewhereIsAskedForEverythingWhateverSessionItHas) {
  net.plans = {{}, {.session_present = true}};
  broker.emplace(settings, wiring, sim, net, secrets, random, upstairs);
  broker->change_filters({{1, "a"}, {2, "b"}});
  sim.settle();
  move_to("elsewhere");
  EXPECT_THAT(peer().subscribed, UnorderedElementsAre("a:25:11=1", "b:25:11=2"));
}

TEST_F(BrokerChange, TheSameSessionIsAskedForNothing) {
  net.plans = {{}, {.session_present = true}};
  broker.emplace(settings, wiring, sim, net, secrets, random, upstairs);
  broker->change_filters({{1, "a"}});
  sim.settle();
  settings.keepalive = seconds(5);
  change();
  EXPECT_EQ(peer().keepalive, 5U);
  EXPECT_THAT(peer().subscribed, IsEmpty());
}

TEST_F(BrokerChange, TheOldBrokersProtocolIsNotTheNextOnes) {
  net.plans = {{.version = 4, .connack_code = 1}, {.version = 4, .connack_code = 1}, {}};
  open();
  ASSERT_TRUE(reaches(BrokerState::Connected));
  EXPECT_EQ(broker->status().protocol, 4);
  move_to("elsewhere");
  EXPECT_EQ(broker->status().protocol, 5);
}

TEST_F(BrokerChange, AStopUnderWayIsTheEnd) {
  net.plans = {{.acknowledges = false}};
  open();
  publish(publication("t", "x", 1));
  sim.settle();
  move_to("elsewhere");
  broker->stop(after(sim.now(), milliseconds(100)));
  ASSERT_TRUE(reaches(BrokerState::Stopped));
  EXPECT_TRUE(first().said_goodbye);
  EXPECT_THAT(net.brokers, SizeIs(1));
}

TEST_F(BrokerChange, TheLastOfSeveralChangesCounts) {
  net.plans = {{.acknowledges = false}, {}};
  open();
  publish(publication("t", "x", 1));
  sim.settle();
  move_to("one");
  move_to("two");
  sim.advance(seconds(5));
  EXPECT_THAT(net.hosts, ElementsAre("localhost", "two"));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
}

TEST_F(BrokerChange, ALossOnTheWayOutEndsInTheSamePlace) {
  net.plans = {{.acknowledges = false}, {}};
  open();
  publish(publication("t", "x", 1));
  sim.settle();
  move_to("elsewhere");
  first().close();
  sim.settle();
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  EXPECT_EQ(net.hosts.back(), "elsewhere");
  EXPECT_THAT(peer().published, SizeIs(1));
}

}  // namespace
}  // namespace wsrelay::mqtt
