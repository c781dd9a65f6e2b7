// Messages received in parts become publications that say where they belong; nothing is lost.
#include "flow/bridge_flow.hpp"

namespace wsrelay::bridge {
namespace {

class Parts : public BridgeFlow {
 protected:
  void start_receiving(ws::Receiving receiving, std::size_t chunk = 16) {
    add("a");
    config.instances["a"].client.receiving = receiving;
    config.instances["a"].client.limits.chunk = chunk;
    config.instances["a"].rules.publish.front().qos = 1;
    start_ready();
  }
  /// Each publication as "payload properties|", the user properties without their number.
  std::string told(const std::string& topic = "wsrelay/a/recv") const {
    std::string all;
    for (const auto& packet : broker().published) {
      if (packet.topic != topic) continue;
      std::string properties = packet.properties;
      for (std::size_t at = 0; (at = properties.find("38=ws-", at)) != std::string::npos;)
        properties.erase(at, 6);
      all += packet.payload + " " + properties + "|";
    }
    return all;
  }
};

TEST_F(Parts, FramesAreToldAsTheyCame) {
  start_receiving(ws::Receiving::Frames);
  peer("a").send(1, "Hel", false);
  peer("a").send(0, "lo", true);
  peer("a").send(2, "whole");
  sim.settle();
  EXPECT_EQ(told(),
            "Hel 1=1,opcode:1,fin:0,offset:0,frame-offset:0,frame-length:3|"
            "lo 1=1,opcode:0,fin:1,offset:3,length:5,frame-offset:0,frame-length:2|"
            "whole opcode:2,fin:1,offset:0,length:5,frame-offset:0,frame-length:5|");
  EXPECT_EQ(instance("a").publish().lane.counters().delivered, 3U);
}

TEST_F(Parts, ChunksCountInTheirFrameAndInTheMessage) {
  start_receiving(ws::Receiving::Chunks, 4);
  peer("a").send(1, "abcdef", false);
  peer("a").send(0, "ghijk", true);
  sim.settle();
  EXPECT_EQ(told(),
            "abcd 1=1,opcode:1,fin:0,offset:0,frame-offset:0,frame-length:6|"
            "ef 1=1,opcode:1,fin:0,offset:4,frame-offset:4,frame-length:6|"
            "ghij 1=1,opcode:0,fin:1,offset:6,length:11,frame-offset:0,frame-length:5|"
            "k 1=1,opcode:0,fin:1,offset:10,length:11,frame-offset:4,frame-length:5|");
}

TEST_F(Parts, ACharacterCutInTwoIsNoTextForMqtt) {
  start_receiving(ws::Receiving::Chunks, 4);
  peer("a").send(1, "abc\xC3\xA9x");
  sim.settle();
  EXPECT_EQ(told(),
            "abc\xC3 opcode:1,fin:1,offset:0,length:6,frame-offset:0,frame-length:6|"
            "\xA9x opcode:1,fin:1,offset:4,length:6,frame-offset:4,frame-length:6|");
}

TEST_F(Parts, AMessageLargerThanAnyLimitPassesThrough) {
  add("a");
  config.instances["a"].client.receiving = ws::Receiving::Chunks;
  config.instances["a"].client.limits = {.max_message = 1000, .chunk = 16 * 1024};
  start_ready();
  std::string large;
  for (std::size_t i = 0; large.size() < 300'000; ++i) large += std::to_string(i) + ",";
  peer("a").send(2, large);
  sim.settle();
  std::string all;
  for (const auto& packet : broker().published)
    if (packet.topic == "wsrelay/a/recv") all += packet.payload;
  EXPECT_TRUE(all == large);
  EXPECT_EQ(instance("a").publish().lane.counters().bytes, large.size());
  EXPECT_EQ(peers["a"].size(), 1U);
}

TEST_F(Parts, TheTopicKnowsTheKindOfTheMessage) {
  add("a");
  config.instances["a"].client.receiving = ws::Receiving::Frames;
  config.instances["a"].rules.publish = {{.topic = "{{base}}/{{instance}}/{{opcode}}"}};
  start_ready();
  peer("a").send(2, "1", false);
  peer("a").send(0, "2", true);
  sim.settle();
  EXPECT_EQ(payloads("wsrelay/a/binary"), "1|2|");
}

TEST_F(Parts, WholeMessagesSayNothingOfTheKind) {
  start_receiving(ws::Receiving::Messages);
  peer("a").send(1, "Hel", false);
  peer("a").send(0, "lo", true);
  sim.settle();
  EXPECT_EQ(told(), "Hello 1=1|");
}

TEST_F(Parts, EachIsDroppedAndCountedForItself) {
  add("a");
  config.instances["a"].client.receiving = ws::Receiving::Chunks;
  config.instances["a"].client.limits.chunk = 10;
  config.instances["a"].lanes.publish.max_messages = 6;
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  peer("a").send(2, std::string(95, 'x'));
  sim.settle();
  const Counters& counters = instance("a").publish().lane.counters();
  EXPECT_EQ(counters.received, 10U);
  EXPECT_EQ(counters.of(Drop::Overflow), 4U);
  broker_away = false;
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  sim.settle();
  EXPECT_EQ(counters.delivered, 6U);
  EXPECT_NE(told().find("offset:40"), std::string::npos) << "the gap can be seen";
  EXPECT_EQ(told().find("offset:30"), std::string::npos);
}

TEST_F(Parts, BlockStopsReadingInTheMiddleOfAMessage) {
  add("a");
  config.instances["a"].client.receiving = ws::Receiving::Chunks;
  config.instances["a"].client.limits.chunk = 1000;
  config.instances["a"].rules.publish.front().qos = 1;
  config.instances["a"].lanes.publish = {.max_messages = 10, .overflow = config::Overflow::Block};
  start_ready();
  broker_away = true;
  broker().close();
  sim.settle();
  std::string large;
  for (std::size_t i = 0; large.size() < 2'000'000; ++i) large += std::to_string(i) + ",";
  peer("a").send(1, large);
  sim.settle();
  EXPECT_LT(instance("a").publish().lane.queued(), 1000U) << "most of it was not even read";
  broker_away = false;
  ASSERT_TRUE(sim.advance_until([&] { return connected(); }));
  sim.settle();
  std::string all;
  for (const auto& packet : broker().published)
    if (packet.topic == "wsrelay/a/recv") all += packet.payload;
  EXPECT_TRUE(all == large) << all.size();
}

}  // namespace
}  // namespace wsrelay::bridge
