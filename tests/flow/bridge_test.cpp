// Both rivers, what the world is told, reloads, and the end.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

TEST_F(BridgeFlow, AMessageCrossesBothWays) {
  add("echo");
  start_ready();
  peer("echo").send(1, "from the server");
  broker().publish("wsrelay/echo/send/text", "from the broker", 1, 7);
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/echo/recv"), "from the server|");
  EXPECT_EQ(peer("echo").texts(), "from the broker|");
  EXPECT_EQ(broker().pubacks, std::vector<unsigned>{7});
  EXPECT_EQ(host.summary, "1/1 instances ready; broker connected (MQTT 5)");
}

TEST_F(BridgeFlow, OrderIsKeptInBothDirections) {
  add("a");
  start_ready();
  std::string expected;
  for (unsigned i = 0; i < 500; ++i) {
    peer("a").send(2, std::to_string(i));
    broker().publish("wsrelay/a/send/binary", std::to_string(i), 1, i + 1);
    expected += std::to_string(i) + "|";
  }
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), expected);
  EXPECT_EQ(peer("a").texts(), expected);
}

TEST_F(BridgeFlow, WhatComesWhileTheBrokerIsAwayIsKept) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  EXPECT_FALSE(connected());
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    peer("a").send(1, std::to_string(i));
    expected += std::to_string(i) + "|";
  }
  sim.advance(seconds(30));
  EXPECT_EQ(instance("a").publish().lane.queued(), 50U);
  EXPECT_EQ(peers["a"].size(), 1U) << "the WebSocket side is not disturbed";
  broker_away = false;
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), expected);
  EXPECT_EQ(instance("a").publish().lane.counters().delivered, 50U);
  EXPECT_EQ(retained("wsrelay/bridge/main/state"), "online");
}

TEST_F(BridgeFlow, UnacknowledgedOnesAreSentAgainInOrder) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  for (int i = 0; i < 5; ++i) peer("a").send(1, std::to_string(i));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "0|1|2|3|4|");
  EXPECT_EQ(instance("a").publish().lane.queued(), 5U);
  broker().close();
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "0|1|2|3|4|");
  EXPECT_TRUE(instance("a").publish().lane.empty());
}

TEST_F(BridgeFlow, DeliveriesWaitForTheConnectionAndGrowOld) {
  add("a");
  start_ready();
  peer_options.answer_upgrade = false;
  peer("a").hang_up();
  sim.settle();
  broker().publish("wsrelay/a/send", "too old in the end", 1, 1);
  sim.advance(seconds(61));
  broker().publish("wsrelay/a/send", "fresh", 1, 2);
  sim.settle();
  EXPECT_EQ(broker().pubacks.size(), 2U) << "queued is taken";
  peer_options.answer_upgrade = true;
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  sim.settle();
  EXPECT_EQ(peer("a").texts(), "fresh|");
  EXPECT_EQ(instance("a").delivering().counters().of(Drop::Age), 1U);
}

TEST_F(BridgeFlow, RetainedCommandsAreNeverExecuted) {
  add("a");
  start_ready();
  broker().publish("wsrelay/a/send", "yesterday", 1, 1, {}, 1);
  sim.settle();
  EXPECT_EQ(peer("a").texts(), "");
  EXPECT_EQ(instance("a").delivering().counters().of(Drop::Retained), 1U);
  EXPECT_EQ(broker().pubacks.size(), 1U);
}

TEST_F(BridgeFlow, WhatCannotBeTextOrHasNoRouteIsCounted) {
  add("a");
  start_ready();
  broker().publish("wsrelay/a/send/text", "\xFF\xFE", 1, 1);
  broker().publish("wsrelay/a/send/nowhere", "x", 1, 2);
  sim.settle();
  EXPECT_EQ(instance("a").delivering().counters().of(Drop::InvalidUtf8), 1U);
  EXPECT_EQ(instance("a").delivering().counters().of(Drop::NoRoute), 1U);
  EXPECT_EQ(broker().pubacks.size(), 2U);
  EXPECT_EQ(peer("a").texts(), "");
}

TEST_F(BridgeFlow, AnArrivalForNobodyIsAcknowledgedAndCounted) {
  add("a");
  start_ready();
  broker().publish("somewhere/else", "x", 1, 5);
  sim.settle();
  EXPECT_EQ(broker().pubacks, std::vector<unsigned>{5});
  EXPECT_NE(retained("wsrelay/bridge/main/info").find(R"("no_route":1)"), std::string::npos);
}

TEST_F(BridgeFlow, RefusedPublicationsAreCounted) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.puback_reason = 0x87;
  peer("a").send(1, "forbidden");
  sim.settle();
  EXPECT_EQ(instance("a").publish().lane.counters().of(Drop::RejectedByBroker), 1U);
  EXPECT_EQ(lines.count("messages are being dropped"), 1U);
}

TEST_F(BridgeFlow, BlockStopsReadingAndLosesNothing) {
  add("a");
  config.instances["a"].lanes.publish = {.max_messages = 10, .overflow = config::Overflow::Block};
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    peer("a").send(1, std::to_string(i));
    expected += std::to_string(i) + "|";
    sim.settle();
  }
  EXPECT_LT(instance("a").publish().lane.queued(), 12U);
  broker_away = false;
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), expected);
}

TEST_F(BridgeFlow, ASickInstanceDisturbsNobody) {
  add("sick");
  add("well");
  config.instances["sick"].lanes.deliver.max_messages = 5;
  start_ready();
  peer("sick").stop_reading();
  for (unsigned i = 0; i < 200; ++i) {
    broker().publish("wsrelay/sick/send/text", std::string(100'000, 'x'), 1, 2 * i + 1);
    broker().publish("wsrelay/well/send/text", std::to_string(i), 1, 2 * i + 2);
  }
  sim.settle();
  EXPECT_EQ(instance("well").delivering().counters().delivered, 200U);
  EXPECT_GT(instance("sick").delivering().counters().of(Drop::Overflow), 100U);
  EXPECT_EQ(broker().pubacks.size(), 400U);
  EXPECT_EQ(lines.count("sick: messages are being dropped"), 1U) << "one line per episode";
}

TEST_F(BridgeFlow, AFailureIsALineOnceAndThenACounter) {
  add("a");
  peer_options.refusal = "HTTP/1.1 403 Forbidden\r\n\r\n";
  start();
  sim.advance(std::chrono::hours(1));
  EXPECT_GT(peers["a"].size(), 50U);
  EXPECT_EQ(lines.count("a: no connection: the server answered 403 Forbidden"), 1U);
  EXPECT_NE(retained("wsrelay/a/state").find("\"http_status\":403"), std::string::npos);
}

// ---- what the world is told ----

TEST_F(BridgeFlow, TellsAvailabilityStateAndEvents) {
  add("a");
  start_ready();
  EXPECT_EQ(broker().will_topic, "wsrelay/bridge/main/state");
  EXPECT_EQ(broker().will_payload, "offline");
  EXPECT_TRUE(broker().will_retain);
  EXPECT_EQ(retained("wsrelay/bridge/main/state"), "online");
  EXPECT_EQ(retained("wsrelay/a/availability"), "online");
  EXPECT_NE(retained("wsrelay/a/state").find(R"("state":"ready")"), std::string::npos);
  EXPECT_NE(payloads("wsrelay/a/event/connected").find(R"("event":"connected")"),
            std::string::npos);
  peer("a").send_close(4000, "go away");
  sim.settle();
  EXPECT_EQ(retained("wsrelay/a/availability"), "offline");
  EXPECT_NE(
      payloads("wsrelay/a/event/closed").find(R"("code":4000,"reason":"go away","clean":true)"),
      std::string::npos);
  EXPECT_NE(payloads("wsrelay/a/event/disconnected"), "");
  EXPECT_NE(payloads("wsrelay/a/event/error").find(R"("type":"server_close")"), std::string::npos);
}

TEST_F(BridgeFlow, SaysEverythingAgainToABrokerThatForgot) {
  add("a");
  start_ready();
  broker().close();
  ASSERT_TRUE(sim.advance_until([&] { return brokers.size() == 2 && connected(); }));
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/bridge/main/state"), "online|");
  EXPECT_EQ(payloads("wsrelay/a/availability"), "online|");
  EXPECT_NE(payloads("wsrelay/a/state"), "");
}

// ---- reload ----

TEST_F(BridgeFlow, AReloadTouchesOnlyWhatChanged) {
  add("stays");
  add("changes");
  add("goes");
  start_ready();
  config::Config next = config;
  next.instances.erase("goes");
  next.instances["changes"].client.url = *parse_url("ws://elsewhere/", {"ws"});
  config = next;
  add("comes");
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  sim.settle();
  EXPECT_EQ(peers["stays"].size(), 1U);
  EXPECT_FALSE(peers["stays"].back()->saw_end());
  EXPECT_EQ(peers["elsewhere"].size(), 1U);
  EXPECT_TRUE(peers["changes"].back()->saw_end());
  EXPECT_TRUE(peers["goes"].back()->saw_end());
  EXPECT_EQ(bridge->find("goes"), nullptr);
  EXPECT_EQ(retained("wsrelay/goes/state"), "") << "its retained topics are cleared";
  EXPECT_EQ(broker().unsubscribed, std::vector<std::string>{"wsrelay/goes/send/#"});
  EXPECT_NE(retained("wsrelay/comes/state").find("ready"), std::string::npos);
}

TEST_F(BridgeFlow, AnInstanceThatComesBackIsNotClearedByItsPredecessor) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  peer("a").send(1, "holds the old one until the broker has it");
  sim.settle();
  const config::Config with = std::exchange(config, without_instances());
  reload();
  config = with;
  reload();
  ASSERT_TRUE(sim.advance_until([&] { return all_ready(); }));
  broker().plan.acknowledges = true;
  for (const auto& packet : std::vector(broker().published))
    if (packet.qos == 1) broker().puback(packet.id);
  sim.advance(seconds(5));
  EXPECT_EQ(retained("wsrelay/a/availability"), "online");
  EXPECT_NE(retained("wsrelay/a/state").find("ready"), std::string::npos);
}

TEST_F(BridgeFlow, PingAndRestChangeWithoutANewConnection) {
  add("a");
  start_ready();
  config.instances["a"].client.ping = {.interval = seconds(5), .timeout = seconds(5)};
  reload();
  sim.advance(seconds(11));
  EXPECT_EQ(peers["a"].size(), 1U);
  const auto pings = std::count_if(peer("a").frames.begin(), peer("a").frames.end(),
                                   [](const test::PeerFrame& each) { return each.opcode == 9; });
  EXPECT_EQ(pings, 2);
}

TEST_F(BridgeFlow, DisablingClosesAndEnablingConnects) {
  add("a");
  start_ready();
  config.instances["a"].enabled = false;
  reload();
  sim.settle();
  EXPECT_TRUE(peer("a").saw_end());
  EXPECT_NE(retained("wsrelay/a/state").find(R"("state":"disabled")"), std::string::npos);
  EXPECT_EQ(host.summary, "0/1 instances ready, 1 disabled; broker connected (MQTT 5)");
  config.instances["a"].enabled = true;
  reload();
  EXPECT_TRUE(sim.advance_until([&] { return all_ready(); }));
}

TEST_F(BridgeFlow, WhatNeedsARestartIsNamed) {
  add("a");
  start_ready();
  config.mqtt.base_topic = "other";
  const config::Plan plan = config::plan(*running, config);
  ASSERT_EQ(plan.daemon.size(), 1U);
  EXPECT_EQ(plan.daemon.front().key, "mqtt.base_topic");
  EXPECT_EQ(plan.daemon.front().reload, config::Reload::Restart);
  reload();
  peer("a").send(1, "x");
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/recv"), "x|");
}

// ---- the end ----

TEST_F(BridgeFlow, StopDrainsAndSaysGoodbye) {
  add("a");
  config.instances["a"].rules.publish.front().qos = 1;
  start_ready();
  broker().plan.acknowledges = false;
  peer("a").send(1, "on the way");
  sim.settle();
  bridge->stop();
  sim.settle();
  EXPECT_EQ(peer("a").frames.back().opcode, 8);
  EXPECT_EQ(peer("a").frames.back().payload, std::string("\x03\xE9", 2));
  EXPECT_FALSE(host.stopped) << "the broker has not acknowledged yet";
  broker().publish("wsrelay/a/send", "too late", 1, 9);
  sim.settle();
  EXPECT_TRUE(broker().pubacks.empty()) << "taken by nobody, kept by the broker";
  broker().plan.acknowledges = true;
  for (const auto& packet : std::vector(broker().published))
    if (packet.qos == 1) broker().puback(packet.id);
  sim.advance(seconds(4));
  EXPECT_TRUE(host.stopped);
  EXPECT_TRUE(broker().said_goodbye);
  EXPECT_EQ(retained("wsrelay/a/availability"), "offline");
  EXPECT_EQ(retained("wsrelay/bridge/main/state"), "offline");
  EXPECT_EQ(instance("a").publish().lane.counters().delivered, 1U);
}

TEST_F(BridgeFlow, StopEndsEvenIfNobodyAnswers) {
  add("a");
  peer_options.answer_close = false;
  start_ready();
  broker().plan.acknowledges = false;
  peer("a").send(1, "kept as long as we may");
  bridge->stop();
  const Instant began = sim.now();
  ASSERT_TRUE(sim.advance_until([&] { return host.stopped; }));
  EXPECT_LE(sim.now() - began, seconds(5) + config.drain_timeout + seconds(1));
}

TEST_F(BridgeFlow, WhatCouldNotBeFlushedIsCountedAsShutdown) {
  add("a");
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  for (int i = 0; i < 3; ++i) peer("a").send(1, "x");
  sim.settle();
  bridge->stop();
  ASSERT_TRUE(sim.advance_until([&] { return host.stopped; }));
  EXPECT_EQ(instance("a").publish().lane.counters().of(Drop::Shutdown), 3U);
}

}  // namespace
}  // namespace wsrelay::bridge
