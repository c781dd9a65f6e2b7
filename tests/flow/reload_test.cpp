// A reload touches what changed and nothing else, in slices, and may meet anything on its way.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

class Reload : public BridgeFlow {
 protected:
  std::string named(std::string_view what) const { return "wsrelay/" + std::string(what); }
  /// The broker gives its verdict on everything it had at QoS 1.
  void acknowledge_all() {
    broker().plan.acknowledges = true;
    for (const auto& packet : std::vector(broker().published))
      if (packet.qos == 1) broker().puback(packet.id);
    sim.settle();
  }
  int close_code(const std::string& name) {
    const test::PeerFrame& last = peers[name].back()->frames.back();
    if (last.opcode != 8 || last.payload.size() < 2) return 0;
    return static_cast<unsigned char>(last.payload[0]) << 8 |
           static_cast<unsigned char>(last.payload[1]);
  }
};

// ---- instances ----

TEST_F(Reload, WhatIsNotTouchedKeepsItsSocketAndWhatIsQueued) {
  add("stays");
  add("other");
  config.instances["stays"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  for (const char* each : {"1", "2", "3"}) peer("stays").send(1, each);
  sim.settle();
  const Instance* const before = bridge->find("stays");
  const std::size_t subscribes = broker().subscribe_packets;
  config.instances["other"].client.url = *parse_url("ws://elsewhere/", {"ws"});
  reload();
  EXPECT_EQ(bridge->find("stays"), before);
  EXPECT_EQ(peers["stays"].size(), 1U);
  EXPECT_FALSE(peer("stays").saw_end());
  EXPECT_EQ(instance("stays").publish().lane.queued(), 3U);
  EXPECT_EQ(broker().subscribe_packets, subscribes) << "no filter changed";
  EXPECT_EQ(brokers.size(), 1U);
  acknowledge_all();
  EXPECT_EQ(instance("stays").publish().lane.counters().delivered, 3U);
  EXPECT_EQ(payloads("wsrelay/stays/recv"), "1|2|3|") << "once each";
}

TEST_F(Reload, OfTheSameConfigurationIsToldAndChangesNothing) {
  add("a");
  start_ready();
  const std::size_t said = broker().published.size();
  reload();
  EXPECT_EQ(broker().published.size(), said + 1) << "the info document";
  EXPECT_EQ(broker().published.back().topic, "wsrelay/bridge/main/info");
  EXPECT_EQ(peers["a"].size(), 1U);
}

TEST_F(Reload, BoundsRulesAndLabelsChangeUnderTheConnection) {
  add("a");
  start_ready();
  config.instances["a"].lanes.deliver.max_messages = 2;
  config.instances["a"].rules.publish.front().topic = "there/{{instance}}";
  config.instances["a"].rules.deliver = {{.topic = "also/here"}};
  config.instances["a"].labels = {{"site", "hall"}};
  reload();
  EXPECT_EQ(peers["a"].size(), 1U);
  peer("a").send(1, "x");
  broker().publish("also/here", "y", 1, 1);
  sim.settle();
  EXPECT_EQ(payloads("there/a"), "x|");
  EXPECT_EQ(peer("a").texts(), "y|");
  EXPECT_EQ(instance("a").delivering().bounds().max_messages, 2U);
  EXPECT_NE(retained("wsrelay/a/state").find(R"("labels":{"site":"hall"})"), std::string::npos);
  config.instances["a"].labels.clear();
  reload();
  EXPECT_EQ(retained("wsrelay/a/state").find("labels"), std::string::npos);
}

TEST_F(Reload, LimitsAndTimeoutsChangeUnderTheConnection) {
  add("a");
  config.instances["a"].client.limits.max_message = 10;
  start_ready();
  const Instance* const before = bridge->find("a");
  config.instances["a"].client.limits.max_message = 20;
  config.instances["a"].client.timeouts = {.dns = seconds(1),
                                           .connect = seconds(2),
                                           .proxy = seconds(3),
                                           .tls = seconds(4),
                                           .upgrade = seconds(5),
                                           .write = seconds(6),
                                           .close = seconds(7)};
  reload();
  peer("a").send(1, "twelve bytes");
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "twelve bytes|");
  EXPECT_EQ(bridge->find("a"), before);
  EXPECT_EQ(peers["a"].size(), 1U);
  // In the middle of a message: it is the next one that the smaller limit is for.
  peer("a").send(1, "twelve", false);
  sim.settle();
  config.instances["a"].client.limits.max_message = 8;
  reload();
  peer("a").send(0, " bytes");
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "twelve bytes|twelve bytes|");
  EXPECT_EQ(peers["a"].size(), 1U);
  peer("a").send(1, "nine bytes");
  sim.settle();
  EXPECT_EQ(close_code("a"), 1009);
  EXPECT_EQ(instance("a").publish().lane.counters().received, 2U);
}

TEST_F(Reload, ANewAddressKeepsBothLanesInOrder) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  for (const char* each : {"1", "2"}) peer("a").send(1, each);
  sim.settle();
  peer("a").stop_reading();
  for (unsigned i = 0; i < 15; ++i)
    broker().publish("wsrelay/a/send/text", std::string(200'000, static_cast<char>('a' + i)), 1,
                     i + 1);
  sim.settle();
  const std::size_t waiting = instance("a").delivering().queued();
  ASSERT_GT(waiting, 0U);
  config.instances["a"].client.url = *parse_url("ws://elsewhere/", {"ws"});
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return !peers["elsewhere"].empty() && all_ready(); }));
  sim.settle();
  std::string heard;
  for (const test::PeerFrame& frame : peer("elsewhere").frames)
    if (frame.opcode == 1) heard += frame.payload.front();
  EXPECT_EQ(heard, std::string("abcdefghijklmno").substr(15 - waiting))
      << "what was not sent, in its order";
  EXPECT_EQ(instance("a").publish().lane.queued(), 2U);
  peer("elsewhere").send(1, "3");
  sim.settle();
  acknowledge_all();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "1|2|3|");
}

TEST_F(Reload, WhoGoesClosesWith1001AndItsTopicsAreCleared) {
  add("goes");
  add("stays");
  start_ready();
  config.instances.erase("goes");
  reload();
  EXPECT_EQ(close_code("goes"), 1001);
  EXPECT_EQ(bridge->find("goes"), nullptr);
  for (const char* what : {"availability", "state", "stats"})
    EXPECT_EQ(retained(named("goes/") + what), "") << what;
  EXPECT_EQ(broker().unsubscribed, std::vector<std::string>{"wsrelay/goes/send/#"});
  EXPECT_EQ(host.summary, "1/1 instances ready; broker connected (MQTT 5)");
}

TEST_F(Reload, ARenamedInstanceTakesItsFilterAlong) {
  add("before");
  config.instances["before"].rules.deliver = {{.topic = "orders/#"}};
  start_ready();
  auto node = config.instances.extract("before");
  node.key() = "after";
  config.instances.insert(std::move(node));
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  sim.settle();
  EXPECT_EQ(retained("wsrelay/before/availability"), "");
  EXPECT_EQ(retained("wsrelay/after/availability"), "online");
  EXPECT_EQ(broker().unsubscribed, std::vector<std::string>{"wsrelay/before/send/#"});
  broker().publish("orders/1", "x", 1, 1);
  sim.settle();
  EXPECT_EQ(instance("after").delivering().counters().delivered, 1U);
}

TEST_F(Reload, ADisabledInstanceClosesAndKeepsWhatIsQueued) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  peer("a").send(1, "x");
  sim.settle();
  config.instances["a"].enabled = false;
  reload();
  EXPECT_EQ(close_code("a"), 1001);
  EXPECT_EQ(instance("a").publish().lane.queued(), 1U);
  acknowledge_all();
  sim.settle();
  EXPECT_EQ(retained("wsrelay/a/availability"), "offline");
  EXPECT_EQ(instance("a").publish().lane.counters().delivered, 1U);
  config.instances["a"].enabled = true;
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  sim.settle();
  EXPECT_EQ(retained("wsrelay/a/availability"), "online");
  EXPECT_EQ(peers["a"].size(), 2U);
  broker().publish("wsrelay/a/send", "y", 1, 1);
  sim.settle();
  EXPECT_EQ(peer("a").texts(), "y|");
}

TEST_F(Reload, WhoHadGivenUpBeginsAnewThoughNothingChanged) {
  add("a");
  add("well");
  config.instances["a"].client.reconnect.enabled = false;
  start_ready();
  peer("a").hang_up();
  sim.advance(std::chrono::hours(1));
  ASSERT_EQ(instance("a").status().state, State::Failed);
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }, seconds(10)));
  EXPECT_EQ(peers["a"].size(), 2U);
  EXPECT_EQ(peers["well"].size(), 1U);
}

TEST_F(Reload, OfHundredsTakesSeveralTurnsAndEndsComplete) {
  for (int i = 0; i < 300; ++i) add("old-" + std::to_string(i));
  add("stays");
  start_ready();
  config.instances.clear();
  add("stays");
  for (int i = 0; i < 300; ++i) add("new-" + std::to_string(i));
  begin_reload();
  EXPECT_EQ(host.applied, 0U) << "never from within the call";
  sim.settle();
  EXPECT_EQ(host.applied, 1U);
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  sim.advance(seconds(10));
  EXPECT_EQ(peers["stays"].size(), 1U);
  EXPECT_EQ(host.summary, "301/301 instances ready; broker connected (MQTT 5)");
  EXPECT_EQ(broker().unsubscribed.size(), 300U);
  EXPECT_EQ(retained("wsrelay/old-299/state"), "");
}

TEST_F(Reload, ASecondOneFinishesTheFirst) {
  for (int i = 0; i < 200; ++i) add("a" + std::to_string(i));
  start_ready();
  config.instances.erase("a199");
  config.instances["a150"].enabled = false;
  begin_reload();
  config.instances["a150"].enabled = true;
  add("b");
  begin_reload();
  sim.settle();
  EXPECT_EQ(host.applied, 1U) << "told for the last one";
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  EXPECT_EQ(bridge->find("a199"), nullptr);
}

TEST_F(Reload, AStopUnderWayEndsIt) {
  for (int i = 0; i < 200; ++i) add("a" + std::to_string(i));
  start_ready();
  for (int i = 0; i < 200; i += 2) config.instances.erase("a" + std::to_string(i));
  add("late");
  begin_reload();
  bridge->stop();
  ASSERT_TRUE(sim.advance_until([&] { return host.stopped; }, seconds(30)));
  EXPECT_EQ(host.applied, 0U);
  EXPECT_TRUE(peers["late"].empty());
  EXPECT_EQ(retained("wsrelay/bridge/main/state"), "offline");
  begin_reload();
  sim.settle();
  EXPECT_EQ(host.applied, 0U) << "too late";
}

// ---- the broker ----

TEST_F(Reload, AnotherBrokerIsReachedAndNobodyElseNotices) {
  add("a");
  start_ready();
  config.mqtt.broker.url.host = "elsewhere";
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }, seconds(2)));
  sim.settle();
  const MqttBroker& old = *brokers.front();
  EXPECT_TRUE(old.said_goodbye);
  EXPECT_EQ(old.published.back().topic, "wsrelay/bridge/main/state");
  EXPECT_EQ(old.published.back().payload, "offline");
  EXPECT_TRUE(old.published.back().retain);
  EXPECT_EQ(broker_hosts, (std::vector<std::string>{"localhost", "elsewhere"}));
  EXPECT_EQ(payloads("wsrelay/bridge/main/state"), "online|");
  EXPECT_EQ(payloads("wsrelay/a/availability"), "online|");
  EXPECT_NE(payloads("wsrelay/a/state"), "");
  EXPECT_NE(retained("wsrelay/bridge/main/info").find("elsewhere"), std::string::npos);
  EXPECT_EQ(broker().subscribed.size(), 1U);
  EXPECT_EQ(peers["a"].size(), 1U);
  EXPECT_EQ(lines.count("broker: leaving mqtt://localhost"), 1U);
  EXPECT_EQ(lines.count("broker: connected"), 2U);
}

TEST_F(Reload, AnotherBrokerIsToldEverythingWhateverSessionItHas) {
  add("a");
  start_ready();
  broker_plan.session_present = true;
  config.mqtt.broker.url.host = "elsewhere";
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }, seconds(2)));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/availability"), "online|");
  EXPECT_EQ(broker().subscribed.size(), 1U);
}

TEST_F(Reload, WhatIsUnderWayBothWaysSurvivesAnotherBroker) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  for (const char* each : {"1", "2", "3"}) peer("a").send(1, each);
  peer("a").stop_reading();
  std::string sent;
  for (unsigned i = 0; i < 5; ++i) {
    broker().publish("wsrelay/a/send/binary", std::string(100'000, 'x'), 1, i + 1);
    sent += std::string(100'000, 'x') + "|";
  }
  sim.settle();
  MqttBroker& old = broker();
  broker_plan.acknowledges = true;
  config.mqtt.broker.url.host = "elsewhere";
  reload();
  peer("a").send(1, "4");
  old.publish("wsrelay/a/send/binary", "last", 1, 9);
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }, seconds(3)));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "1|2|3|4|") << "again, and in order";
  EXPECT_EQ(instance("a").publish().lane.counters().delivered, 4U);
  EXPECT_EQ(old.pubacks.size(), 6U) << "taken, hence acknowledged where it came from";
  EXPECT_EQ(instance("a").delivering().counters().received, 6U);
  EXPECT_EQ(peers["a"].size(), 1U);
}

TEST_F(Reload, AKeepAliveNeedsAConnectionButNoFarewell) {
  add("a");
  start_ready();
  broker_plan.session_present = true;
  config.mqtt.broker.keepalive = seconds(7);
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }, seconds(2)));
  sim.settle();
  EXPECT_TRUE(brokers.front()->said_goodbye);
  EXPECT_NE(brokers.front()->published.back().payload, "offline");
  EXPECT_EQ(broker().keepalive, 7U);
  EXPECT_TRUE(broker().subscribed.empty()) << "the session is the same";
}

TEST_F(Reload, TheBrokersRestChangesUnderTheConnection) {
  add("a");
  start_ready();
  config.mqtt.broker.delay.max = seconds(7);
  reload();
  sim.advance(seconds(10));
  EXPECT_EQ(brokers.size(), 1U);
  EXPECT_FALSE(broker().said_goodbye);
}

TEST_F(Reload, ABrokerThatIsAwayIsLeftAtOnce) {
  add("a");
  start_ready();
  broker_away = true;
  broker().close();
  sim.advance(seconds(90));
  peer("a").send(1, "kept");
  sim.settle();
  broker_away = false;
  config.mqtt.broker.url.host = "elsewhere";
  const Instant began = sim.now();
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  EXPECT_LE(sim.now() - began, milliseconds(10));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "kept|");
}

TEST_F(Reload, AStopWhileTheBrokerIsLeftSaysGoodbyeOnce) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  peer("a").send(1, "x");
  sim.settle();
  config.mqtt.broker.url.host = "elsewhere";
  begin_reload();
  bridge->stop();
  ASSERT_TRUE(sim.advance_until([&] { return host.stopped; }, seconds(30)));
  EXPECT_EQ(retained("wsrelay/bridge/main/state"), "offline");
  EXPECT_TRUE(brokers.front()->said_goodbye);
}

}  // namespace
}  // namespace wsrelay::bridge
