// The relay and its framing: rows of bytes, and laws over every way to cut them.
#include "mqtt/relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.hpp"
#include "mqtt/reasons.hpp"
#include "support/mqtt_peer.hpp"

namespace wsrelay::mqtt {
namespace {

using test::mqtt_packet;
using test::MqttWriter;

std::string puback(unsigned id) {
  return mqtt_packet(0x40, MqttWriter().two(id).str());
}
std::string publish(unsigned qos, std::string_view payload, unsigned id = 1) {
  MqttWriter body;
  body.text("t");
  if (qos > 0) body.two(id);
  return mqtt_packet(0x30 | qos << 1, body.raw(payload).str());
}
std::string take_all(Relay& relay) {
  const std::string out(as_text(relay.to_broker()));
  relay.to_broker_taken(out.size());
  return out;
}

// ---- framing ----

struct CutCase {
  const char* name;
  std::string wire;
  std::string story;
};
std::ostream& operator<<(std::ostream& out, const CutCase& row) {
  return out << row.name;
}

// "first:bytes" of each packet; '!' and the reason at the end of a violation.
std::string story_of(std::string_view wire, std::size_t piece_size, std::size_t limit) {
  PacketCutter cutter(limit);
  std::string story;
  std::size_t size = 0;
  for (std::size_t at = 0; at < wire.size(); at += piece_size) {
    BytesView input = as_bytes(wire.substr(at, piece_size));
    while (true) {
      const auto piece = cutter.next(input);
      if (!piece) return story + "!" + std::string(name_of(piece.error().fault));
      if (!*piece) break;
      if ((*piece)->begins) size = 0;
      size += (*piece)->bytes.size();
      if ((*piece)->ends) story += fmt::format("{:02x}:{} ", (*piece)->first, size);
    }
  }
  return story + (cutter.between_packets() ? "" : "…");
}

class Cutting : public testing::TestWithParam<CutCase> {};

TEST_P(Cutting, TellsTheSameStoryHoweverTheBytesArrive) {
  const CutCase& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size(); ++piece)
    EXPECT_EQ(story_of(row.wire, piece, 300), row.story) << "in pieces of " << piece;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Cutting,
    testing::Values(
        CutCase{"AnEmptyBody", mqtt_packet(0xC0, ""), "c0:2 "},
        CutCase{"TwoPackets", mqtt_packet(0xC0, "") + publish(0, "hello"), "c0:2 30:10 "},
        CutCase{"ALengthOfTwoBytes", mqtt_packet(0x30, std::string(200, 'x')), "30:203 "},
        CutCase{"ALengthThatIsNotMinimal", std::string("\xC0\x80\x00", 3), "c0:3 "},
        CutCase{"ExactlyTheLimit", mqtt_packet(0x30, std::string(297, 'x')), "30:300 "},
        CutCase{"OneByteOverTheLimit", mqtt_packet(0x30, std::string(298, 'x')), "!too_large"},
        CutCase{"AQuarterOfAGigabyte", "\x30\xFF\xFF\xFF\x7F", "!too_large"},
        CutCase{"ALengthOfFiveBytes", "\x30\x80\x80\x80\x80\x01", "!protocol"},
        CutCase{"APacketThatDoesNotEnd", publish(0, "hello").substr(0, 5), "…"},
        CutCase{"AHeaderThatDoesNotEnd", "\x30\x80", "…"}),
    [](const auto& row) { return row.param.name; });

TEST(PacketCutter, IsDeafAfterAViolation) {
  PacketCutter cutter(10);
  const std::string wire = mqtt_packet(0x30, std::string(20, 'x')) + mqtt_packet(0xC0, "");
  BytesView input = as_bytes(wire);
  ASSERT_FALSE(cutter.next(input));
  BytesView more = as_bytes(std::string_view("\xC0\x00", 2));
  EXPECT_FALSE(cutter.next(more));
}

// ---- the relay ----

TEST(Relay, PassesEveryOtherPacketUntouchedAtEverySplit) {
  std::string wire;
  for (unsigned type = 1; type < 16; ++type)
    if (type != 4) wire += mqtt_packet(type << 4, std::string(type * 11, static_cast<char>(type)));
  for (std::size_t piece = 1; piece <= wire.size(); ++piece) {
    Relay out(100'000, kMqtt311), in(100'000, kMqtt311);
    std::string to_broker;
    for (std::size_t at = 0; at < wire.size(); at += piece) {
      ASSERT_TRUE(out.from_library(as_bytes(std::string_view(wire).substr(at, piece))));
      to_broker += take_all(out);
      ASSERT_TRUE(in.from_broker(as_bytes(std::string_view(wire).substr(at, piece))));
    }
    EXPECT_EQ(to_broker, wire) << "in pieces of " << piece;
    EXPECT_EQ(as_text(in.to_library()), wire) << "in pieces of " << piece;
    EXPECT_EQ(out.packets_from_library(), 14U);
    EXPECT_EQ(in.packets_from_broker(), 14U);
  }
}

TEST(Relay, GivesTheLibraryNothingOfAPacketThatIsTooLong) {
  Relay relay(1000, kMqtt311);
  const std::string good = publish(0, "small");
  const std::string wire = good + mqtt_packet(0x30, std::string(1000, 'x'));
  EXPECT_FALSE(relay.from_broker(as_bytes(wire)));
  EXPECT_EQ(as_text(relay.to_library()), good);
}

TEST(Relay, IsDeafAfterWhatTheGateRefuses) {
  Relay relay(1000, kMqtt5);
  EXPECT_FALSE(relay.from_broker(as_bytes(mqtt_packet(0x30, ""))));
  EXPECT_FALSE(relay.from_broker(as_bytes(mqtt_packet(0xD0, ""))));
  EXPECT_TRUE(relay.to_library().empty());
}

TEST(Relay, HoldsAPubackUntilItsArrivalIsAcknowledged) {
  Relay relay(1000, kMqtt311);
  const auto ticket = relay.arrived(7);
  ASSERT_TRUE(relay.from_library(as_bytes(puback(7))));
  EXPECT_EQ(take_all(relay), "");
  EXPECT_EQ(relay.parked(), 1U);
  relay.acknowledge(ticket);
  EXPECT_EQ(take_all(relay), puback(7));
  relay.acknowledge(ticket);  // a second time changes nothing
  relay.acknowledge(ticket + 5);
  EXPECT_EQ(take_all(relay), "");
}

TEST(Relay, AcknowledgedBeforeTheLibraryWroteItsPuback) {
  Relay relay(1000, kMqtt311);
  relay.acknowledge(relay.arrived(7));
  EXPECT_EQ(take_all(relay), "");
  ASSERT_TRUE(relay.from_library(as_bytes(puback(7))));
  EXPECT_EQ(take_all(relay), puback(7));
}

TEST(Relay, RefusesAPubackThatAnswersNothing) {
  Relay relay(1000, kMqtt311);
  relay.arrived(7);
  EXPECT_FALSE(relay.from_library(as_bytes(puback(8))));
  Relay empty(1000, kMqtt311);
  EXPECT_FALSE(empty.from_library(as_bytes(puback(1))));
}

// Law: whatever the order of acknowledgement and however the bytes come, PUBACKs leave in the order
// of arrival, never before their acknowledgement, and other packets are not broken by them.
TEST(Relay, ReleasesPubacksInTheOrderOfArrival) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SeededRandom random(seed);
    Relay relay(100'000, kMqtt311);
    std::string wire, expected_rest;
    std::vector<std::uint64_t> tickets;
    std::vector<unsigned> ids;
    for (int i = 0; i < 20; ++i) {
      const auto id = static_cast<unsigned>(random.below(65535) + 1);
      ids.push_back(id);
      tickets.push_back(relay.arrived(static_cast<std::uint16_t>(id)));
      wire += puback(id);
      const std::string other = publish(0, std::string(random.below(300), 'p'));
      wire += other;
      expected_rest += other;
    }
    std::string out;
    std::vector<std::uint64_t> open = tickets;
    while (!wire.empty() || !open.empty()) {
      if (!wire.empty() && random.below(2) == 0) {
        const std::size_t size = std::min<std::size_t>(random.below(40) + 1, wire.size());
        ASSERT_TRUE(relay.from_library(as_bytes(std::string_view(wire).substr(0, size))));
        wire.erase(0, size);
      } else if (!open.empty()) {
        const auto at = static_cast<std::ptrdiff_t>(random.below(open.size()));
        relay.acknowledge(open[static_cast<std::size_t>(at)]);
        open.erase(open.begin() + at);
      }
      const std::size_t some = random.below(relay.to_broker().size() + 1);
      out += as_text(relay.to_broker().first(some));
      relay.to_broker_taken(some);
    }
    out += take_all(relay);
    std::vector<unsigned> left;
    std::string rest;
    PacketCutter cutter(100'000);
    BytesView input = as_bytes(out);
    for (auto piece = cutter.next(input); piece && *piece; piece = cutter.next(input)) {
      const std::string packet(as_text((*piece)->bytes));
      if ((*piece)->first == 0x40)
        left.push_back(test::MqttReader(packet.substr(2)).two());
      else
        rest += packet;
    }
    EXPECT_EQ(left, ids) << "seed " << seed;
    EXPECT_EQ(rest, expected_rest) << "seed " << seed;
    EXPECT_EQ(relay.parked(), 0U);
  }
}

TEST(Relay, CountsAQos0PublishOnceItsLastByteIsTaken) {
  Relay relay(1000, kMqtt311);
  const std::string zero = publish(0, "zero");
  const std::string one = publish(1, "one");
  ASSERT_TRUE(relay.from_library(as_bytes(zero + one + zero)));
  relay.to_broker_taken(zero.size() - 1);
  EXPECT_EQ(relay.qos0_written(), 0U);
  relay.to_broker_taken(1);
  EXPECT_EQ(relay.qos0_written(), 1U);
  relay.to_broker_taken(one.size() + zero.size() - 1);
  EXPECT_EQ(relay.qos0_written(), 1U) << "QoS 1 does not count";
  relay.to_broker_taken(1);
  EXPECT_EQ(relay.qos0_written(), 2U);
}

TEST(Relay, PutsAPingBetweenPacketsOnly) {
  const std::string wire = publish(0, "hello");
  for (std::size_t split = 0; split <= wire.size(); ++split) {
    Relay relay(1000, kMqtt311);
    ASSERT_TRUE(relay.from_library(as_bytes(std::string_view(wire).substr(0, split))));
    relay.ping();
    ASSERT_TRUE(relay.from_library(as_bytes(std::string_view(wire).substr(split))));
    const std::string ping("\xC0\x00", 2);
    EXPECT_EQ(take_all(relay), split == 0 ? ping + wire : wire + ping) << "at " << split;
  }
}

TEST(Backlog, IsAQueueOfBytes) {
  SeededRandom random(7);
  Backlog backlog;
  std::string in, out;
  for (int i = 0; i < 5000; ++i) {
    const std::string piece(random.below(50), static_cast<char>('a' + i % 26));
    backlog.add(as_bytes(piece));
    in += piece;
    const std::size_t count = random.below(backlog.size() + 1);
    out += as_text(backlog.view().first(count));
    backlog.take(count);
  }
  EXPECT_EQ(out + std::string(as_text(backlog.view())), in);
}

}  // namespace
}  // namespace wsrelay::mqtt
