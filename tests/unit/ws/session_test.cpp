#include "ws/session.hpp"

#include <gtest/gtest.h>

#include "unit/ws/session_story.hpp"

namespace wsrelay::ws {
namespace {

using namespace std::chrono_literals;
using test::close_frame;
using test::Dialogue;
using test::hex;
using test::text_frame;
using test::wire;

const std::string kPing = hex("89 01 70");

SessionSettings small_settings() {
  return {.host = "h", .max_message = 1000};
}

struct TalkCase {
  const char* name;
  std::string wire;  // of the server, after its 101
  std::string told;
  std::string sent;
};
class Talk : public testing::TestWithParam<TalkCase> {};

TEST_P(Talk, IsTheSameInPiecesOfEverySizeGluedToTheAnswer) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size() + 200; piece += piece < 20 ? 1 : 7) {
    Dialogue dialogue(small_settings());
    dialogue.receive(test::accepting_answer(dialogue.request()) + row.wire, piece);
    ASSERT_EQ(dialogue.told(), "opened" + (row.told.empty() ? "" : " " + row.told)) << piece;
    ASSERT_EQ(dialogue.sent(), row.sent) << "in pieces of " << piece;
  }
}

TEST_P(Talk, IsTheSameCutAtEveryPoint) {
  const auto& row = GetParam();
  for (std::size_t cut = 0; cut <= row.wire.size(); ++cut) {
    Dialogue dialogue(small_settings());
    dialogue.open().receive(row.wire.substr(0, cut)).tick().receive(row.wire.substr(cut)).tick();
    ASSERT_EQ(dialogue.told(), row.told) << "cut at " << cut;
    ASSERT_EQ(dialogue.sent(), row.sent) << "cut at " << cut;
  }
}

TEST_P(Talk, IsSilentAfterItsEnd) {
  const auto& row = GetParam();
  if (row.told.find("ended") == std::string::npos) return;
  Dialogue dialogue(small_settings());
  dialogue.open().receive(row.wire + text_frame("x") + kPing + close_frame(1000));
  dialogue.receive(text_frame("x") + kPing + close_frame(1000)).eof().close(1000);
  dialogue.pass(1h);
  dialogue.tick();
  EXPECT_EQ(dialogue.told(), row.told);
  EXPECT_EQ(dialogue.sent(), row.sent);
  EXPECT_TRUE(dialogue.session().is_finished());
  EXPECT_FALSE(dialogue.session().is_open());
  EXPECT_EQ(dialogue.session().deadline(), Instant::max());
}

std::string ended(int code, std::string_view text) {
  return fmt::format("ended({}/ready {}: {})", code == 1009 ? "too_large" : "protocol", code, text);
}
const auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Messages, Talk,
    testing::Values(
        TalkCase{"Nothing", "", "", ""}, TalkCase{"Text", text_frame("hi"), "text:hi", ""},
        TalkCase{"Binary", hex("82 01 ff"), "binary:\\ff", ""},
        TalkCase{"Fragments", hex("01 01 61 80 01 62"), "text:ab", ""},
        TalkCase{"LargestAllowed", wire({2, std::string(1000, 'x')}), "binary:(1000 bytes)", ""},
        TalkCase{"PingIsAnswered", kPing, "ping:p", "a:p"},
        TalkCase{"EmptyPingIsAnswered", hex("8900"), "ping:", "a:"},
        TalkCase{"Ping125IsAnswered", wire({9, std::string(125, 'x')}), "ping:(125 bytes)",
                 "a:(125 bytes)"},
        TalkCase{"BinaryPingIsAnswered", hex("89 03 00ffbd"), "ping:\\00\\ff\\bd",
                 "a:\\00\\ff\\bd"},
        TalkCase{"PingInsideMessage", hex("01 01 61") + kPing + hex("80 01 62"), "ping:p text:ab",
                 "a:p"},
        TalkCase{"TenPingsAreAnsweredInOrder",
                 hex("890130 890131 890132 890133 890134 890135 890136 890137 890138 890139"),
                 "ping:0 ping:1 ping:2 ping:3 ping:4 ping:5 ping:6 ping:7 ping:8 ping:9",
                 "a:0 a:1 a:2 a:3 a:4 a:5 a:6 a:7 a:8 a:9"},
        TalkCase{"UnsolicitedPongIsTold", hex("8a 02 6869"), "pong:hi", ""},
        TalkCase{"EmptyPongIsTold", hex("8a00"), "pong:", ""},
        TalkCase{"PongThenPing", hex("8a 00") + kPing, "pong: ping:p", "a:p"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Closing, Talk,
    testing::Values(
        TalkCase{"ByServer1000", close_frame(1000), "closed:1000::server ended", "8:1000"},
        TalkCase{"WithReason", close_frame(1001, "bye"), "closed:1001:bye:server ended", "8:1001"},
        TalkCase{"WithoutCode", hex("8800"), "closed:1005::server ended", "8:"},
        TalkCase{"ReasonOf123Bytes", close_frame(1000, std::string(123, 'r')),
                 "closed:1000:(123 bytes):server ended", "8:1000"},
        TalkCase{"PolicyIsCleanToo", close_frame(1008), "closed:1008::server ended", "8:1008"},
        TalkCase{"Restart1012", close_frame(1012), "closed:1012::server ended", "8:1012"},
        TalkCase{"BadGateway1014", close_frame(1014), "closed:1014::server ended", "8:1014"},
        TalkCase{"Private4999", close_frame(4999), "closed:4999::server ended", "8:4999"},
        TalkCase{"AfterAMessage", text_frame("a") + close_frame(1000),
                 "text:a closed:1000::server ended", "8:1000"},
        TalkCase{"InsideAMessage", hex("01 01 61") + close_frame(1000) + hex("80 00"),
                 "closed:1000::server ended", "8:1000"},
        TalkCase{"SecondCloseIsIgnored", close_frame(1000) + close_frame(1001),
                 "closed:1000::server ended", "8:1000"},
        TalkCase{"PingAfterCloseIsIgnored", close_frame(1000) + kPing, "closed:1000::server ended",
                 "8:1000"},
        TalkCase{"TextAfterCloseIsIgnored", close_frame(1000) + text_frame("x"),
                 "closed:1000::server ended", "8:1000"},
        TalkCase{"GarbageAfterCloseIsIgnored", close_frame(1000) + "\xff\xff",
                 "closed:1000::server ended", "8:1000"},
        TalkCase{"HalfACode", hex("88 01 03"), ended(1002, "Close with half a code"), "8:1002"},
        TalkCase{"Code1005", close_frame(1005), ended(1002, "Close with a reserved code"),
                 "8:1002"},
        TalkCase{"Code1006", close_frame(1006), ended(1002, "Close with a reserved code"),
                 "8:1002"},
        TalkCase{"Code1015", close_frame(1015), ended(1002, "Close with a reserved code"),
                 "8:1002"},
        TalkCase{"Code0", close_frame(0), ended(1002, "Close with a reserved code"), "8:1002"},
        TalkCase{"Code5000", close_frame(5000), ended(1002, "Close with a reserved code"),
                 "8:1002"},
        TalkCase{"BadReason", close_frame(1000, "\xff"), ended(1007, "Close reason is not UTF-8"),
                 "8:1007"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Violations, Talk,
    testing::Values(
        TalkCase{"Rsv", hex("c1 00"), ended(1002, "reserved bit set"), "8:1002"},
        TalkCase{"GoodThenRsv", text_frame("a") + hex("a1 00") + kPing,
                 "text:a " + ended(1002, "reserved bit set"), "8:1002"},
        TalkCase{"Opcode", hex("83 00"), ended(1002, "unknown opcode"), "8:1002"},
        TalkCase{"Masked", hex("81 81 00000000 61"), ended(1002, "masked frame from the server"),
                 "8:1002"},
        TalkCase{"Orphan", hex("80 01 61"), ended(1002, "continuation of no message"), "8:1002"},
        TalkCase{"Interleaved", hex("01 00 81 00"),
                 ended(1002, "new message inside an unfinished one"), "8:1002"},
        TalkCase{"FragmentedPing", hex("09 00"), ended(1002, "fragmented control frame"), "8:1002"},
        TalkCase{"LongPing", hex("89 7e 007e"), ended(1002, "control frame longer than 125 bytes"),
                 "8:1002"},
        TalkCase{"Not7Bits", hex("82 7e 0001"), ended(1002, "length not in its shortest form"),
                 "8:1002"},
        TalkCase{"TopBit", hex("82 7f ffffffffffffffff"), ended(1002, "length has its top bit set"),
                 "8:1002"},
        TalkCase{"TooLarge", hex("82 7e 03e9"), ended(1009, "message larger than allowed"),
                 "8:1009"},
        TalkCase{"TooLarge63Bits", hex("82 7f 7fffffffffffffff"),
                 ended(1009, "message larger than allowed"), "8:1009"},
        TalkCase{"SecondAnswer", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                 ended(1002, "reserved bit set"), "8:1002"},
        TalkCase{"BadUtf8", hex("81 02 61ff"), ended(1007, "text is not UTF-8"), "8:1007"},
        TalkCase{"EmptyFragments", hex("0100") + std::string(32, '\0'),
                 ended(1008, "message in too many frames"), "8:1008"},
        TalkCase{"PongThenViolation", kPing + hex("83 00"),
                 "ping:p " + ended(1002, "unknown opcode"), "a:p 8:1002"}),
    kName);

TEST(Session, SendsMessagesAndPingsWhole) {
  Dialogue dialogue;
  dialogue.open();
  dialogue.session().send({Message::Kind::Text, to_bytes("hi")});
  dialogue.session().send({Message::Kind::Binary, Bytes(70'000)});
  dialogue.session().ping(as_bytes("rtt"));
  EXPECT_EQ(dialogue.sent(), "1:hi 2:(70000 bytes) 9:rtt");
}

TEST(Session, IsOpenFromOpenedToTheFirstClose) {
  Dialogue dialogue;
  EXPECT_FALSE(dialogue.session().is_open());
  dialogue.open();
  EXPECT_TRUE(dialogue.session().is_open());
  EXPECT_FALSE(dialogue.session().is_closing());
  dialogue.close(1001, "stopping");
  EXPECT_FALSE(dialogue.session().is_open());
  EXPECT_TRUE(dialogue.session().is_closing());
  EXPECT_FALSE(dialogue.session().is_finished());
}

TEST(Session, ClosesAndWaitsForTheServersClose) {
  Dialogue dialogue;
  dialogue.open().close(1001).close(1000);
  EXPECT_EQ(dialogue.sent(), "8:1001") << "only one Close";
  dialogue.receive(text_frame("late") + kPing + close_frame(1000, "ok"));
  EXPECT_EQ(dialogue.told(), "text:late closed:1000:ok:us ended");
  EXPECT_EQ(dialogue.sent(), "8:1001") << "nothing follows our Close";
}

TEST(Session, EndsWhenTheServerNeverAnswersOurClose) {
  Dialogue dialogue({.host = "h", .close_timeout = 5s});
  dialogue.open().close(1000);
  EXPECT_EQ(dialogue.session().deadline(), dialogue.now() + 5s);
  dialogue.pass(4s);
  dialogue.receive(text_frame("still here")).tick();
  EXPECT_EQ(dialogue.told(), "text:still\\20here");
  dialogue.pass(1s);
  dialogue.tick();
  EXPECT_EQ(dialogue.told(),
            "text:still\\20here ended(timeout/closing 1006: the server did not answer our Close in "
            "time)");
}

TEST(Session, CountsAnAnswerThatIsHereHoweverLate) {
  Dialogue dialogue;
  dialogue.open().close(1000).pass(1h);
  dialogue.receive(close_frame(1000));
  EXPECT_EQ(dialogue.told(), "closed:1000::us ended");
}

TEST(Session, AnswersAViolationAfterItsCloseWithSilence) {
  Dialogue dialogue;
  dialogue.open().close(1000).receive(hex("83 00"));
  EXPECT_EQ(dialogue.told(), "ended(protocol/closing 1002: unknown opcode)");
  EXPECT_EQ(dialogue.sent(), "8:1000");
}

TEST(Session, GivesUpTheUpgradeAtAnAbsoluteDeadline) {
  Dialogue dialogue({.host = "h", .upgrade_timeout = 10s});
  EXPECT_EQ(dialogue.session().deadline(), test::kStart + 10s);
  const std::string answer = test::accepting_answer(dialogue.request());
  for (int second = 0; second < 9; ++second) {  // a drip of bytes buys no time
    dialogue.pass(1s);
    dialogue.receive(answer.substr(static_cast<std::size_t>(second), 1)).tick();
  }
  EXPECT_EQ(dialogue.told(), "");
  dialogue.pass(1s);
  dialogue.receive(answer.substr(9, 1));
  EXPECT_EQ(dialogue.told(),
            "ended(timeout/upgrading 0: the server did not answer the upgrade in time)");
}

TEST(Session, TellsAStreamThatEndsBeforeItsTime) {
  const std::string kCut =
      "ended(tcp/upgrading 0: stream ended before the answer to the upgrade was complete)";
  Dialogue before;
  EXPECT_EQ(before.eof().eof().told(), kCut);
  Dialogue within;
  EXPECT_EQ(within.receive("HTTP/1.1 101 Swi").eof().told(), kCut);
  Dialogue open;
  EXPECT_EQ(open.open().eof().told(), "ended(tcp/ready 1006: stream ended without a Close)");
  Dialogue closing;
  EXPECT_EQ(closing.open().close(1000).eof().told(),
            "ended(tcp/closing 1006: stream ended before the server answered our Close)");
  Dialogue closed;
  EXPECT_EQ(closed.open().receive(close_frame(1000)).eof().told(), "closed:1000::server ended");
}

TEST(Session, JustEndsWhenClosedBeforeTheUpgrade) {
  Dialogue dialogue;
  dialogue.close(1000).receive(test::accepting_answer(dialogue.request())).tick();
  EXPECT_EQ(dialogue.told(), "ended");
  EXPECT_EQ(dialogue.sent(), "");
  EXPECT_TRUE(dialogue.session().is_finished());
}

TEST(Session, IsNotDisturbedBySpuriousTicks) {
  Dialogue dialogue;
  for (int i = 0; i < 10; ++i) dialogue.tick();
  dialogue.open();
  for (int i = 0; i < 10; ++i) dialogue.tick().receive("");
  dialogue.pass(24h);
  EXPECT_EQ(dialogue.tick().told(), "") << "an open conversation has no deadline of its own";
  EXPECT_EQ(dialogue.session().deadline(), Instant::max());
}

TEST(Session, CanBeMoved) {
  SeededRandom random(1);
  Session first({.host = "h"}, random, test::kStart);
  const std::string answer = test::accepting_answer(as_text(first.output()));
  first.output_taken(first.output().size());
  Session second = std::move(first);
  second.receive(as_bytes(answer), test::kStart);
  first = std::move(second);
  first.send({Message::Kind::Text, to_bytes("moved")});
  EXPECT_EQ(test::client_frames(as_text(first.output())).at(0).payload, "moved");
}

TEST(Session, TakesAMillionFramesOnlyIfAllowed) {
  std::string message = hex("01 01 61");
  for (int i = 0; i < 5000; ++i) message += hex("00 01 61");
  message += hex("80 00");
  Dialogue strict;
  EXPECT_EQ(strict.open().receive(message).told(), ended(1008, "message in too many frames"));
  Dialogue wide({.host = "h", .max_frames = 10'000});
  EXPECT_EQ(wide.open().receive(message).told(), "text:(5001 bytes)");
}

// The Pongs that a server gets which reads nothing until the end.
std::vector<std::string> pongs_behind(Session& session) {
  std::vector<std::string> payloads;
  for (const auto& frame : test::client_frames(as_text(session.output())))
    if (frame.opcode == 0xA) payloads.push_back(frame.payload);
  return payloads;
}

TEST(Pongs, OfAServerThatDoesNotReadAreBoundedAndTheLatestWins) {
  SeededRandom random(1);
  Session session({.host = "h"}, random, test::kStart);
  session.receive(as_bytes(test::accepting_answer(as_text(session.output()))), test::kStart);
  session.output_taken(session.output().size());
  for (int i = 0; i < 90; ++i)
    session.receive(as_bytes(wire({9, fmt::format("{}", i)})), test::kStart);
  ASSERT_EQ(pongs_behind(session).size(), 16U);
  EXPECT_EQ(pongs_behind(session).back(), "15");
  session.output_taken(session.output().size() - 1);
  EXPECT_EQ(session.output().size(), 1U) << "the remembered one waits for all sixteen";
  session.output_taken(1);
  EXPECT_EQ(pongs_behind(session), std::vector<std::string>{"89"});
  session.output_taken(session.output().size());
  EXPECT_TRUE(session.output().empty());
  session.receive(as_bytes(kPing), test::kStart);
  EXPECT_EQ(pongs_behind(session), std::vector<std::string>{"p"}) << "and it goes on as before";
}

TEST(Pongs, RememberedOnesAreForgottenAtTheEndOfTheStream) {
  SeededRandom random(1);
  Session session({.host = "h"}, random, test::kStart);
  session.receive(as_bytes(test::accepting_answer(as_text(session.output()))), test::kStart);
  session.output_taken(session.output().size());
  for (int i = 0; i < 20; ++i) session.receive(as_bytes(kPing), test::kStart);
  session.receive_eof(test::kStart);
  session.output_taken(session.output().size());
  EXPECT_TRUE(session.output().empty()) << "a finished session has nothing more to say";
}

std::string pings(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += kPing;
  return out;
}

const std::string kTooManyPings = ended(1008, "more than 100 pings a second");

TEST(Pings, OverAHundredASecondAreRefused) {
  Dialogue dialogue;
  dialogue.open().receive(pings(100));
  EXPECT_TRUE(dialogue.session().is_open());
  EXPECT_EQ(dialogue.forget().receive(kPing).told(), kTooManyPings);
}

TEST(Pings, OfNinetyASecondAreFineForever) {
  Dialogue dialogue;
  dialogue.open();
  for (int second = 0; second < 600; ++second) {
    ASSERT_TRUE(dialogue.receive(pings(90)).session().is_open()) << second;
    dialogue.pass(1s);
  }
}

TEST(Pings, OfOneHundredAndTenASecondAreRefusedWithinAQuarterMinute) {
  Dialogue dialogue;
  dialogue.open();
  int second = 0;
  for (; second < 15 && dialogue.session().is_open(); ++second)
    for (int i = 0; i < 110 && dialogue.session().is_open(); ++i) {
      dialogue.forget().receive(kPing);
      dialogue.pass(Duration(1s) / 110);
    }
  EXPECT_EQ(dialogue.told(), kTooManyPings);
  EXPECT_GT(second, 2);
}

TEST(Pings, ThatCollectedWhileWeDidNotReadAreForgiven) {
  Dialogue dialogue;
  dialogue.open().pass(1h);
  dialogue.receive(pings(360));  // one in ten seconds
  EXPECT_TRUE(dialogue.session().is_open());
}

}  // namespace
}  // namespace wsrelay::ws
