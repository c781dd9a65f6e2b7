// Publications down: verdicts, windows, limits, what a lost connection gives back.
#include "unit/mqtt/house.hpp"

namespace wsrelay::mqtt {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class BrokerPublish : public BrokerHouse {};

std::string two(unsigned id, unsigned value) {
  return test::MqttWriter().byte(id).two(value).str();
}
std::string four(unsigned id, std::uint32_t value) {
  return test::MqttWriter().byte(id).four(value).str();
}

TEST_F(BrokerPublish, EveryPublicationGetsItsVerdict) {
  open();
  for (int i = 0; i < 500; ++i) publish(publication("t", std::to_string(i), i % 2));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, SizeIs(500));
  EXPECT_THAT(upstairs.verdicts, Each(Verdict::Delivered));
  ASSERT_THAT(peer().published, SizeIs(500));
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(peer().published[static_cast<std::size_t>(i)].payload, std::to_string(i));
    EXPECT_EQ(peer().published[static_cast<std::size_t>(i)].qos, static_cast<unsigned>(i % 2));
  }
}

TEST_F(BrokerPublish, ThroughAStreamThatStutters) {
  net.pipe = {.capacity = 50, .piece = 3, .stutter = true};
  open();
  for (int i = 0; i < 100; ++i) publish(publication("t", std::string(20, 'x'), i % 2));
  sim.advance(seconds(1));
  EXPECT_THAT(upstairs.verdicts, SizeIs(100));
  EXPECT_THAT(peer().published, SizeIs(100));
}

TEST_F(BrokerPublish, CarriesTheProperties) {
  open();
  Publication what = publication("t", "{}", 1);
  what.is_utf8 = true;
  what.content_type = "application/json";
  what.response_topic = "answer/here";
  what.correlation_data = std::string("a\0b", 3);
  what.message_expiry = 60;
  what.user_properties = {{"ws-opcode", "text"}, {"ws-seq", "1"}};
  what.retain = true;
  publish(what);
  sim.settle();
  ASSERT_THAT(peer().published, SizeIs(1));
  EXPECT_TRUE(peer().published[0].retain);
  EXPECT_EQ(peer().published[0].properties,
            std::string("1=1,2=60,3=application/json,8=answer/here,9=a\0b,38=ws-opcode:text,"
                        "38=ws-seq:1",
                        77));
}

TEST_F(BrokerPublish, On311ThereAreNone) {
  net.plans = {{.version = 4, .connack_code = 1}};
  open();
  ASSERT_TRUE(reaches(BrokerState::Connected));
  Publication what = publication("t", "x", 1);
  what.content_type = "text/plain";
  publish(what);
  sim.settle();
  ASSERT_THAT(peer().published, SizeIs(1));
  EXPECT_EQ(peer().published[0].payload, "x");
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::Delivered));
}

// ---- verdicts ----

struct VerdictCase {
  const char* name;
  Publication publication;
  Verdict verdict;
};
std::ostream& operator<<(std::ostream& out, const VerdictCase& row) {
  return out << row.name;
}
class WithoutTheBroker : public BrokerHouse, public testing::WithParamInterface<VerdictCase> {};

Publication with(Publication out, const std::function<void(Publication&)>& change) {
  change(out);
  return out;
}

TEST_P(WithoutTheBroker, IsDecidedBeforeAnythingIsSent) {
  open();
  publish(GetParam().publication);
  publish(publication("fine", ""));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, ElementsAre(GetParam().verdict, Verdict::Delivered));
  EXPECT_THAT(peer().published, SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, WithoutTheBroker,
    testing::Values(
        VerdictCase{"WildcardInTheTopic", publication("a/#", "", 1), Verdict::InvalidTopic},
        VerdictCase{"EmptyTopic", publication("", ""), Verdict::InvalidTopic},
        VerdictCase{"NulInTheTopic", publication(std::string("a\0b", 3), ""),
                    Verdict::InvalidTopic},
        VerdictCase{"TopicThatIsNotUtf8", publication("a\xFF", ""), Verdict::InvalidTopic},
        VerdictCase{"ResponseTopicWithWildcard",
                    with(publication("a", ""), [](auto& p) { p.response_topic = "x/+"; }),
                    Verdict::InvalidTopic},
        VerdictCase{"PropertyThatIsNotUtf8",
                    with(publication("a", ""),
                         [](auto& p) {
                           p.user_properties = {{"k", "\xC0"}};
                         }),
                    Verdict::InvalidTopic},
        VerdictCase{"CorrelationDataBeyond16Bits",
                    with(publication("a", ""),
                         [](auto& p) { p.correlation_data = std::string(65536, 'x'); }),
                    Verdict::InvalidTopic}),
    [](const auto& row) { return row.param.name; });

TEST_F(BrokerPublish, APubackThatSaysNoIsARejection) {
  net.plans = {{.puback_reason = 0x87}};
  open();
  publish(publication("t", "", 1));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::Rejected));
}

TEST_F(BrokerPublish, NobodyListeningIsNoRejection) {
  net.plans = {{.puback_reason = 0x10}};
  open();
  publish(publication("t", "", 1));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::Delivered));
}

// Regression: libmosquitto 2.0.11 aborts the process on a QoS 1 packet one byte over the broker's
// maximum.
TEST_F(BrokerPublish, NoSizeAroundTheBrokersMaximumAborts) {
  constexpr std::uint32_t kMaximum = 200;
  net.plans = {{.connack_properties = four(0x27, kMaximum)}};
  open();
  for (std::size_t size = 120; size < 260; ++size)
    for (int qos = 0; qos < 2; ++qos) publish(publication("t", std::string(size, 'x'), qos));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, SizeIs(280));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  const auto too_large =
      std::count(upstairs.verdicts.begin(), upstairs.verdicts.end(), Verdict::TooLarge);
  EXPECT_EQ(peer().published.size() + static_cast<std::size_t>(too_large), 280U);
  EXPECT_GT(too_large, 120);
  EXPECT_LT(too_large, 240);
}

TEST_F(BrokerPublish, AMaximumPacketOfTwentyBytesTakesNothing) {
  net.plans = {{.connack_properties = four(0x27, 20)}};
  upstairs.waiting.push_back(publication("topic", "hello", 1));
  open();
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::TooLarge));
}

// ---- windows and timeouts ----

TEST_F(BrokerPublish, AtMostAHundredAreUnderWay) {
  net.plans = {{.acknowledges = false}};
  open();
  for (int i = 0; i < 300; ++i) publish(publication("t", "", 1));
  sim.settle();
  EXPECT_THAT(peer().published, SizeIs(100));
  EXPECT_EQ(upstairs.open.size(), 100U);
  peer().puback(peer().published[42].id);
  sim.settle();
  EXPECT_THAT(peer().published, SizeIs(101));
  peer().puback(9999);  // an unknown one changes nothing
  peer().puback(peer().published[42].id);
  sim.settle();
  EXPECT_THAT(peer().published, SizeIs(101));
}

TEST_F(BrokerPublish, ObeysTheBrokersReceiveMaximum) {
  net.plans = {{.connack_properties = two(0x21, 3), .acknowledges = false}};
  open();
  for (int i = 0; i < 10; ++i) publish(publication("t", "", 1));
  sim.settle();
  EXPECT_THAT(peer().published, SizeIs(3));
  for (unsigned at = 0; at < 10; ++at) {
    ASSERT_GT(peer().published.size(), at);
    peer().puback(peer().published[at].id);
    sim.settle();
  }
  EXPECT_THAT(upstairs.verdicts, SizeIs(10));
}

TEST_F(BrokerPublish, APubackThatNeverComesEndsTheConnection) {
  net.plans = {{.acknowledges = false}, {}};
  settings.keepalive = seconds(20);
  open();
  publish(publication("t", "", 1));
  sim.advance(seconds(59));
  EXPECT_EQ(broker->status().state, BrokerState::Connected);
  sim.advance(seconds(1));
  EXPECT_EQ(upstairs.failures.front(), "the broker did not acknowledge a publication for 60 s");
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::Delivered));
}

// libmosquitto numbers QoS 0 too, wraps at 65 535 and does not look whether a number is in use.
TEST_F(BrokerPublish, NeverReusesThePacketIdentifierOfWhatIsUnderWay) {
  net.plans = {{.acknowledges = false}};
  open();
  publish(publication("first", "", 1));
  sim.settle();
  for (int i = 0; i < 65'534; ++i) publish(publication("t", ""));
  sim.settle();
  ASSERT_EQ(upstairs.verdicts.size(), 65'534U);
  publish(publication("second", "", 1));
  sim.settle();
  EXPECT_EQ(peer().published.size(), 65'535U) << "its identifier would be the first's";
  peer().puback(peer().published.front().id);
  sim.settle();
  EXPECT_EQ(peer().published.size(), 65'536U);
  EXPECT_EQ(peer().published.back().topic, "second");
}

TEST_F(BrokerPublish, PausesWhileTheStreamTakesNothing) {
  net.pipe = {.capacity = 1000};
  open();
  peer().reads = false;
  for (int i = 0; i < 1000; ++i) publish(publication("t", std::string(10'000, 'x')));
  sim.settle();
  EXPECT_LE(upstairs.open.size(), 28U) << "256 KiB";
  EXPECT_GE(upstairs.open.size(), 25U);
  peer().resume();
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, SizeIs(1000));
}

// Regression: what stopped for want of room must go on when the room comes back in the same turn.
TEST_F(BrokerPublish, GoesOnWhenTheStreamHasTakenEverything) {
  net.pipe = {.capacity = 100'000'000};
  open();
  for (int i = 0; i < 50; ++i) publish(publication("t", std::string(100'000, 'x')));
  sim.settle();
  EXPECT_THAT(upstairs.verdicts, SizeIs(50));
}

// ---- what a lost connection gives back ----

TEST_F(BrokerPublish, GivesBackEverythingOpenOnceAndSendsItAgainInOrder) {
  net.plans = {{.acknowledges = false}, {}};
  open();
  for (int i = 0; i < 5; ++i) publish(publication("t", std::to_string(i), 1));
  sim.settle();
  peer().puback(peer().published[0].id);
  sim.settle();
  peer().close();
  sim.settle();
  EXPECT_EQ(upstairs.losses, 1U);
  EXPECT_EQ(upstairs.given_back, 4U);
  ASSERT_TRUE(reaches(BrokerState::Connected));
  sim.settle();
  ASSERT_THAT(peer().published, SizeIs(4));
  for (unsigned i = 0; i < 4; ++i) {
    EXPECT_EQ(peer().published[i].payload, std::to_string(i + 1));
    EXPECT_FALSE(peer().published[i].dup) << "a handle of its own for each connection";
  }
  EXPECT_THAT(upstairs.verdicts, SizeIs(5));
}

// Law: wherever the stream breaks, every publication has a verdict or is given back, and a QoS 0
// publication is called delivered only when the peer could have read all of it.
TEST_F(BrokerPublish, ConservesPublicationsWhereverTheStreamBreaks) {
  for (std::size_t cut = 60; cut < 400; cut += 7) {
    Upstairs upstairs_here;
    MqttNet net_here(sim);
    net_here.pipe.break_after = cut;
    Broker here(settings, wiring, sim, net_here, secrets, random, upstairs_here);
    sim.settle();
    for (int i = 0; i < 20; ++i)
      upstairs_here.waiting.push_back(publication("t", std::string(10, 'x'), i % 2));
    here.wake();
    sim.settle();
    EXPECT_EQ(upstairs_here.verdicts.size() + upstairs_here.waiting.size(), 20U) << cut;
    EXPECT_TRUE(upstairs_here.open.empty()) << cut;
    EXPECT_LE(upstairs_here.verdicts.size(), net_here.brokers.back()->published.size()) << cut;
  }
}

TEST_F(BrokerPublish, NothingIsPulledWhileResting) {
  open();
  peer().close();
  ASSERT_TRUE(reaches(BrokerState::Resting));
  const auto asked = upstairs.asked;
  publish(publication("t", ""));
  sim.settle();
  EXPECT_EQ(upstairs.asked, asked);
}

// ---- the broker's limits ----

TEST_F(BrokerPublish, DoesWithoutQosAndRetainWhereTheBrokerHasNone) {
  net.plans = {{.connack_properties = std::string("\x24\x00\x25\x00", 4)}};
  open();
  Publication what = publication("t", "x", 1);
  what.retain = true;
  publish(what);
  sim.settle();
  ASSERT_THAT(peer().published, SizeIs(1));
  EXPECT_EQ(peer().published[0].qos, 0U);
  EXPECT_FALSE(peer().published[0].retain);
  EXPECT_THAT(upstairs.verdicts, ElementsAre(Verdict::Delivered));
}

// ---- stopping ----

TEST_F(BrokerPublish, StopsWhenEverythingHasItsVerdict) {
  net.plans = {{.acknowledges = false}};
  open();
  for (int i = 0; i < 150; ++i) publish(publication("t", "", 1));
  sim.settle();
  broker->stop(sim.now() + seconds(5));
  sim.settle();
  EXPECT_FALSE(peer().said_goodbye);
  for (unsigned at = 0; at < 150; ++at) {
    peer().puback(peer().published.at(at).id);
    sim.settle();
  }
  EXPECT_TRUE(peer().said_goodbye);
  EXPECT_THAT(upstairs.verdicts, SizeIs(150));
  EXPECT_EQ(upstairs.losses, 0U);
}

TEST_F(BrokerPublish, StopsAtTheDeadlineAndGivesTheRestBack) {
  net.plans = {{.acknowledges = false}};
  open();
  publish(publication("t", "", 1));
  broker->stop(sim.now() + seconds(5));
  sim.advance(seconds(5));
  EXPECT_TRUE(peer().said_goodbye);
  EXPECT_EQ(upstairs.given_back, 1U);
  EXPECT_TRUE(reaches(BrokerState::Stopped, seconds(1)));
}

}  // namespace
}  // namespace wsrelay::mqtt
