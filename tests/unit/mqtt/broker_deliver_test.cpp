// Arrivals up: subscriptions kept as wanted, identifiers, acknowledgements withheld and released.
#include "unit/mqtt/house.hpp"

namespace wsrelay::mqtt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class BrokerDeliver : public BrokerHouse {
 protected:
  void open_with(std::vector<Filter> filters) {
    broker.emplace(settings, wiring, sim, net, secrets, random, upstairs);
    upstairs.broker = &*broker;
    broker->change_filters(std::move(filters));
    reaches(BrokerState::Connected);
    sim.settle();
  }
};

// ---- subscriptions ----

TEST_F(BrokerDeliver, SubscribesEachFilterWithItsIdentifier) {
  open_with({{7, "a/#"}, {8, "b/+"}, {300, "$share/g/c"}});
  // QoS 1, no local (but not on a shared subscription), retained never: 0x01 | 0x04 | 0x20.
  EXPECT_THAT(peer().subscribed,
              UnorderedElementsAre("a/#:25:11=7", "b/+:25:11=8", "$share/g/c:21:11=300"));
  EXPECT_EQ(peer().subscribe_packets, 3U);
}

TEST_F(BrokerDeliver, On311ManyFiltersShareAPacketWithoutIdentifiers) {
  net.plans = {{.version = 4, .connack_code = 1}};
  std::vector<Filter> filters;
  for (std::uint32_t i = 1; i <= 120; ++i) filters.push_back({i, fmt::format("a/{}", i)});
  open_with(filters);
  EXPECT_THAT(peer().subscribed, SizeIs(120));
  EXPECT_EQ(peer().subscribe_packets, 3U);
  EXPECT_EQ(peer().subscribed.front(), "a/1:01:");
}

TEST_F(BrokerDeliver, WithoutIdentifiersWhereTheBrokerHasNone) {
  net.plans = {{.connack_properties = std::string("\x29\x00", 2)}};
  open_with({{7, "a/#"}, {8, "b/+"}});
  EXPECT_THAT(peer().subscribed, UnorderedElementsAre("a/#:25:", "b/+:25:"));
}

TEST_F(BrokerDeliver, ThousandsOfFiltersArePaced) {
  std::vector<Filter> filters;
  for (std::uint32_t i = 1; i <= 5000; ++i) filters.push_back({i, fmt::format("a/{}", i)});
  open_with(filters);
  sim.advance(seconds(1));
  EXPECT_THAT(peer().subscribed, SizeIs(5000));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
}

TEST_F(BrokerDeliver, AsksOnlyForTheDifference) {
  open_with({{1, "stays"}, {2, "goes"}, {3, "renumbered"}});
  peer().subscribed.clear();
  broker->change_filters({{1, "stays"}, {0, "goes"}, {4, "renumbered"}, {5, "comes"}});
  sim.settle();
  EXPECT_THAT(peer().unsubscribed, ElementsAre("goes"));
  EXPECT_THAT(peer().subscribed, UnorderedElementsAre(HasSubstr("comes"), "renumbered:25:11=4"));
}

TEST_F(BrokerDeliver, AWishThatChangesUnderWayComesTrueInTheEnd) {
  open_with({});
  broker->change_filters({{1, "a"}});
  broker->change_filters({{0, "a"}});
  broker->change_filters({{2, "a"}});
  sim.settle();
  EXPECT_THAT(peer().subscribed.back(), "a:25:11=2");
  broker->change_filters({{0, "a"}});
  sim.settle();
  EXPECT_THAT(peer().unsubscribed, ElementsAre("a"));
}

TEST_F(BrokerDeliver, ABrokerThatForgotUsIsAskedForEverything) {
  open_with({{1, "a"}, {2, "b"}});
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.settle();
  EXPECT_THAT(peer().subscribed, SizeIs(2));
}

TEST_F(BrokerDeliver, ABrokerThatRemembersIsAskedForTheRest) {
  net.plans = {{}, {.session_present = true}};
  open_with({{1, "a"}, {2, "b"}});
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  broker->change_filters({{0, "a"}, {3, "c"}});
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.settle();
  EXPECT_TRUE(broker->status().session_present);
  EXPECT_THAT(peer().subscribed, ElementsAre(HasSubstr("c:")));
  EXPECT_THAT(peer().unsubscribed, ElementsAre("a"));
}

TEST_F(BrokerDeliver, ARefusedFilterIsToldAndAskedAgainOnTheNextConnection) {
  net.plans = {{.suback = [](const std::string& filter) { return filter == "secret" ? 0x87 : 1; }}};
  open_with({{1, "open"}, {2, "secret"}});
  EXPECT_THAT(upstairs.refused, ElementsAre(std::pair(std::string("secret"), 0x87)));
  broker->change_filters({{1, "open"}, {2, "secret"}});
  sim.advance(seconds(10));
  EXPECT_THAT(upstairs.refused, SizeIs(1)) << "not on the same connection";
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.settle();
  EXPECT_THAT(upstairs.refused, SizeIs(2));
}

TEST_F(BrokerDeliver, AFilterThatIsNoneIsRefusedHere) {
  open_with({{1, "a/#/b"}, {2, "fine"}});
  EXPECT_THAT(upstairs.refused, ElementsAre(std::pair(std::string("a/#/b"), 0x8F)));
  EXPECT_THAT(peer().subscribed, SizeIs(1));
}

// ---- arrivals ----

TEST_F(BrokerDeliver, AnArrivalComesWithItsPropertiesAndItsFilter) {
  open_with({{7, "a/#"}});
  const std::string properties = test::MqttWriter()
                                     .byte(1)
                                     .byte(1)
                                     .byte(2)
                                     .four(30)
                                     .byte(3)
                                     .text("text/plain")
                                     .byte(8)
                                     .text("reply/to")
                                     .byte(9)
                                     .text(std::string_view("\0x", 2))
                                     .byte(11)
                                     .length(7)
                                     .byte(38)
                                     .text("k")
                                     .text("v")
                                     .byte(38)
                                     .text("k")
                                     .text("w")
                                     .str();
  peer().publish("a/b", "hello", 1, 77, properties);
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(1));
  const Arrival& arrival = upstairs.arrivals[0];
  EXPECT_EQ(arrival.publication.topic, "a/b");
  EXPECT_EQ(as_text(arrival.publication.payload), "hello");
  EXPECT_EQ(arrival.publication.qos, 1);
  EXPECT_TRUE(arrival.publication.is_utf8);
  EXPECT_EQ(arrival.publication.message_expiry, 30U);
  EXPECT_EQ(arrival.publication.content_type, "text/plain");
  EXPECT_EQ(arrival.publication.response_topic, "reply/to");
  EXPECT_EQ(arrival.publication.correlation_data, std::string("\0x", 2));
  EXPECT_THAT(arrival.publication.user_properties,
              ElementsAre(std::pair(std::string("k"), std::string("v")),
                          std::pair(std::string("k"), std::string("w"))));
  EXPECT_THAT(arrival.filters, ElementsAre(7U));
  EXPECT_FALSE(arrival.retained);
  EXPECT_THAT(peer().pubacks, ElementsAre(77U));
}

TEST_F(BrokerDeliver, QosZeroNeedsNoAcknowledgement) {
  open_with({{7, "a/#"}});
  peer().publish("a", "x");
  peer().publish("a", "", 0, 0, {}, /*retain*/ 1);
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(2));
  EXPECT_EQ(upstairs.arrivals[0].token, 0U);
  EXPECT_TRUE(upstairs.arrivals[1].retained);
  EXPECT_THAT(peer().pubacks, IsEmpty());
}

TEST_F(BrokerDeliver, On311AnArrivalNamesNoFilter) {
  net.plans = {{.version = 4, .connack_code = 1}};
  open_with({{7, "a/#"}});
  peer().publish("a/b", "hello", 1, 5);
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(1));
  EXPECT_THAT(upstairs.arrivals[0].filters, IsEmpty());
  EXPECT_THAT(peer().pubacks, ElementsAre(5U));
}

// §3.3.2.3.8: a broker may name all the subscriptions that a message came for.
TEST_F(BrokerDeliver, OneArrivalForSeveralFiltersNamesThemAll) {
  open_with({{7, "a/#"}, {300, "a/+"}});
  peer().publish("a/b", "x", 1, 5,
                 test::MqttWriter().byte(11).length(7).byte(11).length(300).str());
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(1));
  EXPECT_THAT(upstairs.arrivals[0].filters, ElementsAre(7U, 300U));
}

TEST_F(BrokerDeliver, NoAcknowledgementNoPuback) {
  upstairs.acknowledges = false;
  open_with({{1, "a"}});
  for (unsigned id = 10; id < 15; ++id) peer().publish("a", "x", 1, id);
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(5));
  EXPECT_THAT(peer().pubacks, IsEmpty());

  broker->acknowledge(upstairs.arrivals[1].token);
  sim.settle();
  EXPECT_THAT(peer().pubacks, IsEmpty()) << "they leave in the order of arrival";
  broker->acknowledge(upstairs.arrivals[0].token);
  sim.settle();
  EXPECT_THAT(peer().pubacks, ElementsAre(10U, 11U));
  publish(publication("b", "y", 1));
  sim.settle();
  EXPECT_THAT(peer().published, SizeIs(1)) << "other packets do not wait behind them";
}

TEST_F(BrokerDeliver, ATokenOfALostConnectionAcknowledgesNothing) {
  upstairs.acknowledges = false;
  open_with({{1, "a"}});
  peer().publish("a", "first", 1, 10);
  sim.settle();
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  broker->acknowledge(upstairs.arrivals[0].token);
  ASSERT_TRUE(reaches(BrokerState::Connected));
  peer().publish("a", "again", 1, 11);  // redelivered: the broker has no PUBACK
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(2));
  broker->acknowledge(upstairs.arrivals[0].token);
  sim.settle();
  EXPECT_THAT(peer().pubacks, IsEmpty());
  broker->acknowledge(upstairs.arrivals[1].token);
  sim.settle();
  EXPECT_THAT(peer().pubacks, ElementsAre(11U));
}

// The listener leaves errno at EAGAIN after every arrival; libmosquitto must not mistake it for its
// own.
TEST_F(BrokerDeliver, ABurstArrivesWholeWhateverErrnoSays) {
  open_with({{1, "a"}});
  for (unsigned id = 1; id <= 2000; ++id) {
    peer().publish("a", std::to_string(id), 1, id);
    if (id % 2 == 0)
      publish(publication("b", "", 1));  // with messages under way it reads several at once
  }
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(2000));
  for (unsigned id = 1; id <= 2000; ++id)
    EXPECT_EQ(as_text(upstairs.arrivals[id - 1].publication.payload), std::to_string(id));
  EXPECT_THAT(peer().pubacks, SizeIs(2000));
}

TEST_F(BrokerDeliver, WhatCameWithConnackIsNotLost) {
  net.plans = {{.silent = true}};
  open();
  std::string wire = test::mqtt_packet(0x20, std::string("\x01\x00\x00", 3));
  wire += test::mqtt_packet(0x32, test::MqttWriter().text("a").two(9).length(0).raw("x").str());
  peer().say(wire);
  sim.settle();
  EXPECT_THAT(upstairs.arrivals, SizeIs(1));
  EXPECT_THAT(peer().pubacks, ElementsAre(9U));
}

TEST_F(BrokerDeliver, WhatCameBeforeABreakIsTold) {
  open_with({{1, "a"}});
  peer().publish("a", "last words", 1, 9);
  peer().close();
  sim.settle();
  EXPECT_THAT(upstairs.arrivals, SizeIs(1));
}

TEST_F(BrokerDeliver, ALargeMessageArrivesInPieces) {
  net.pipe = {.capacity = 70'000, .piece = 5000};
  open_with({{1, "a"}});
  peer().publish("a", std::string(3'000'000, 'x'), 1, 9);
  sim.settle();
  ASSERT_THAT(upstairs.arrivals, SizeIs(1));
  EXPECT_EQ(upstairs.arrivals[0].publication.payload.size(), 3'000'000U);
}

// ---- hostile brokers ----

struct HostileCase {
  const char* name;
  std::string wire;
  std::string text;
};
std::ostream& operator<<(std::ostream& out, const HostileCase& row) {
  return out << row.name;
}
class Hostile : public BrokerHouse, public testing::WithParamInterface<HostileCase> {};

TEST_P(Hostile, EndsTheConnectionAndNothingElse) {
  wiring.max_packet = 1000;
  open();
  peer().say(GetParam().wire);
  sim.settle();
  ASSERT_THAT(upstairs.failures, SizeIs(1));
  EXPECT_THAT(upstairs.failures[0], HasSubstr(GetParam().text));
  EXPECT_TRUE(reaches(BrokerState::Connected));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Hostile,
    testing::Values(
        HostileCase{"AHeaderOfAQuarterGigabyte", "\x30\xFF\xFF\xFF\x7F", "more than the 1000"},
        HostileCase{"AMalformedLength", "\x30\x80\x80\x80\x80\x01", "malformed length"},
        HostileCase{"ASubackWithoutCodes",
                    test::mqtt_packet(0x90, test::MqttWriter().two(1).length(0).str()), "broke"},
        HostileCase{"ASubackNobodyWaitsFor",
                    test::mqtt_packet(0x90, test::MqttWriter().two(9).length(0).byte(1).str()),
                    "a SUBACK nobody waits for"},
        HostileCase{"ASecondConnack", test::mqtt_packet(0x20, std::string("\0\0\0", 3)), "broke"},
        HostileCase{"AConnect", test::mqtt_packet(0x10, "x"), "broke"},
        HostileCase{"AnUnknownProperty", test::mqtt_packet(0x30, std::string("\0\1a\2\x7F\0x", 7)),
                    "a property that is unknown"},
        HostileCase{"AQosOfThree", test::mqtt_packet(0x36, std::string("\0\1a\0\1\0x", 7)), ""},
        HostileCase{"ATopicAlias", test::mqtt_packet(0x30, std::string("\0\0\x03\x23\0\1x", 7)),
                    "broke"}),
    [](const auto& row) { return row.param.name; });

// Packets that are almost right, before and after CONNACK: libmosquitto has assertions in it, and
// none of them may be within the broker's reach.
TEST_F(BrokerDeliver, SurvivesPacketsThatAreAlmostRight) {
  constexpr std::uint64_t kSeeds = 1500;
  const std::string bodies[] = {
      test::MqttWriter().byte(0).byte(0).length(5).byte(39).four(64).str(),
      test::MqttWriter()
          .text("t")
          .two(1)
          .length(4)
          .byte(11)
          .length(7)
          .byte(1)
          .byte(1)
          .raw("p")
          .str(),
      test::MqttWriter().two(1).byte(0x87).length(4).byte(31).text("x").str(),
      test::MqttWriter().two(1).length(0).byte(1).str(),
      test::MqttWriter().byte(0x8E).length(4).byte(31).text("x").str()};
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SeededRandom dice(seed);
    Upstairs upstairs_here;
    MqttNet net_here(sim);
    net_here.plans = {{.silent = seed % 2 == 0}};
    Broker here(settings, wiring, sim, net_here, secrets, random, upstairs_here);
    here.change_filters({{1, "a"}});
    upstairs_here.waiting.assign(3, publication("t", "x", 1));
    sim.settle();
    std::string wire;
    for (int i = 0; i < 4; ++i) {
      std::string body = bodies[dice.below(std::size(bodies))];
      for (std::uint64_t change = dice.below(3); change > 0 && !body.empty(); --change)
        body[dice.below(body.size())] = static_cast<char>(dice.below(256));
      body.resize(body.size() - dice.below(2) * dice.below(body.size() + 1));
      wire += test::mqtt_packet(static_cast<unsigned>(dice.below(256)), body);
    }
    SCOPED_TRACE(seed);
    net_here.brokers.back()->say(wire);
    sim.settle();
    net_here.brokers.back()->close();
    sim.settle();
    EXPECT_THAT(upstairs_here.failures, SizeIs(1));
    EXPECT_TRUE(upstairs_here.open.empty());
  }
}

// Every prefix of every kind of packet, then the end: no crash, one failure, a new attempt.
TEST_F(BrokerDeliver, SurvivesEveryPrefixOfEveryPacket) {
  const std::string body = test::MqttWriter().two(1).length(2).byte(1).byte(1).raw("abc").str();
  for (unsigned type = 0; type < 16; ++type) {
    const std::string wire = test::mqtt_packet(type << 4, body);
    for (std::size_t size = 1; size <= wire.size(); ++size) {
      Upstairs upstairs_here;
      MqttNet net_here(sim);
      Broker here(settings, wiring, sim, net_here, secrets, random, upstairs_here);
      sim.settle();
      net_here.brokers.back()->say(wire.substr(0, size));
      sim.settle();
      net_here.brokers.back()->close();
      sim.settle();
      EXPECT_THAT(upstairs_here.failures, SizeIs(1)) << type << " " << size;
    }
  }
}

}  // namespace
}  // namespace wsrelay::mqtt
