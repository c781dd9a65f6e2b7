// Limits that change while a session lives.
#include <gtest/gtest.h>

#include "unit/ws/session_story.hpp"

namespace wsrelay::ws {
namespace {

using namespace std::chrono_literals;
using test::Dialogue;
using test::hex;
using test::text_frame;
using test::wire;

std::string part(std::string_view payload, bool fin) {
  return wire({0, std::string(payload), fin});
}
const std::string kTooLarge = "ended(too_large/ready 1009: message larger than allowed)";
const std::string kFrameTooLarge = "ended(too_large/ready 1009: frame larger than allowed)";
const std::string kTooMany = "ended(protocol/ready 1008: message in too many frames)";

struct LimitsCase {
  const char* name;
  SessionSettings settings;
  std::string before;  // the server's bytes
  SessionLimits limits;
  std::string after;
  std::string told;
};
class Limits : public testing::TestWithParam<LimitsCase> {};

// Whatever the cut: what was said before counts as it was meant then.
TEST_P(Limits, CountFromTheNextHeadOn) {
  const LimitsCase& row = GetParam();
  for (std::size_t piece = 1; piece <= row.before.size() + row.after.size(); ++piece) {
    Dialogue dialogue(row.settings);
    dialogue.open().receive(row.before, piece);
    dialogue.session().adjust(row.limits);
    dialogue.receive(row.after, piece);
    ASSERT_EQ(dialogue.told(), row.told) << "in pieces of " << piece;
  }
}

SessionSettings hearing(Receiving receiving, std::size_t chunk, std::size_t max_message,
                        std::uint64_t max_frames = 100) {
  return {.host = "h",
          .receiving = receiving,
          .chunk = chunk,
          .max_message = max_message,
          .max_frames = max_frames};
}
SessionLimits limits(std::size_t chunk, std::size_t max_message, std::uint64_t max_frames = 100) {
  return {.chunk = chunk, .max_message = max_message, .max_frames = max_frames};
}
constexpr Receiving kMessages = Receiving::Messages;
constexpr Receiving kFrames = Receiving::Frames;
constexpr Receiving kChunks = Receiving::Chunks;

INSTANTIATE_TEST_SUITE_P(
    Rows, Limits,
    testing::Values(
        LimitsCase{"MessageSmaller", hearing(kMessages, 1, 10), text_frame("12345678"),
                   limits(1, 4), text_frame("1234") + text_frame("12345"),
                   "text:12345678 text:1234 " + kTooLarge},
        LimitsCase{"MessageLarger", hearing(kMessages, 1, 4), text_frame("1234"), limits(1, 8),
                   text_frame("12345678") + text_frame("123456789"),
                   "text:1234 text:12345678 " + kTooLarge},
        LimitsCase{"AMessageUnderWayKeepsTheLarger", hearing(kMessages, 1, 10),
                   text_frame("12345", false), limits(1, 3),
                   part("67890", true) + text_frame("1234"), "text:1234567890 " + kTooLarge},
        LimitsCase{"AMessageUnderWayKeepsTheSmaller", hearing(kMessages, 1, 6),
                   text_frame("12345", false), limits(1, 100), part("67", true), kTooLarge},
        LimitsCase{"FramesFewer", hearing(kMessages, 1, 10, 3),
                   text_frame("1", false) + part("2", false), limits(1, 10, 1),
                   part("3", true) + text_frame("4") + text_frame("5", false) + part("6", true),
                   "text:123 text:4 " + kTooMany},
        LimitsCase{"FramesMore", hearing(kMessages, 1, 10, 1), text_frame("1"), limits(1, 10, 2),
                   text_frame("2", false) + part("3", true) + text_frame("4", false) +
                       part("5", false) + part("6", true),
                   "text:1 text:23 " + kTooMany},
        LimitsCase{"BehindAPingInsideAMessage", hearing(kMessages, 1, 8),
                   text_frame("12345", false) + hex("89 00"), limits(1, 4),
                   part("678", true) + text_frame("12345"), "ping: text:12345678 " + kTooLarge},
        LimitsCase{"InsideAFrame", hearing(kMessages, 1, 8), text_frame("12345678").substr(0, 5),
                   limits(1, 4), "45678" + text_frame("12345"), "text:12345678 " + kTooLarge},
        LimitsCase{"BehindAHead", hearing(kMessages, 1, 8), text_frame("12345678").substr(0, 2),
                   limits(1, 4), "12345678" + text_frame("12345"), "text:12345678 " + kTooLarge},
        LimitsCase{"InsideAHead", hearing(kMessages, 1, 4), text_frame("12345678").substr(0, 1),
                   limits(1, 8), text_frame("12345678").substr(1), "text:12345678"},
        LimitsCase{"AFrameSmaller", hearing(kFrames, 1, 4), text_frame("1234", false), limits(1, 2),
                   part("56", false) + part("789", true),
                   "text[0/4 of 0/?]...:1234 ~text[0/2 of 4/?]...:56 " + kFrameTooLarge},
        LimitsCase{"AFrameLarger", hearing(kFrames, 1, 2), text_frame("12", false), limits(1, 4),
                   part("3456", true), "text[0/2 of 0/?]...:12 ~text[0/4 of 2/6]$:3456"},
        LimitsCase{"ChunksSmaller", hearing(kChunks, 4, 1), text_frame("12345", false),
                   limits(2, 1), part("678", true),
                   "text[0/5 of 0/?]...:1234 text[4/5 of 4/?]...:5 ~text[0/3 of 5/8]:67 "
                   "~text[2/3 of 7/8]$:8"},
        LimitsCase{"ChunksOfNoLengthAreOneByteLong", hearing(kChunks, 2, 1), text_frame("12"),
                   limits(0, 1), text_frame("34"),
                   "text[0/2 of 0/2]$:12 text[0/2 of 0/2]:3 text[1/2 of 1/2]$:4"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Limits, InTheMiddleOfAChunkWaitForTheNextFrame) {
  Dialogue dialogue(hearing(kChunks, 4, 1));
  const std::string bytes = text_frame("123456", false);
  dialogue.open().receive(bytes.substr(0, 5));  // three bytes of the first chunk
  dialogue.session().adjust(limits(1, 1));
  dialogue.receive(bytes.substr(5) + part("78", true));
  EXPECT_EQ(dialogue.told(),
            "text[0/6 of 0/?]...:1234 text[4/6 of 4/?]...:56 ~text[0/2 of 6/8]:7 "
            "~text[1/2 of 7/8]$:8");
}

TEST(Limits, OfTheClosingHandshakeCountForTheNextOne) {
  Dialogue dialogue({.host = "h", .close_timeout = 5s});
  dialogue.open();
  dialogue.session().adjust({.close_timeout = 2s});
  dialogue.close(1000);
  EXPECT_EQ(dialogue.session().deadline(), dialogue.now() + 2s);
  dialogue.session().adjust({.close_timeout = 1h});
  EXPECT_EQ(dialogue.session().deadline(), dialogue.now() + 2s) << "that one has begun";
}

TEST(Limits, MayChangeBeforeTheAnswerToTheUpgrade) {
  Dialogue dialogue({.host = "h", .max_message = 100, .upgrade_timeout = 3s});
  dialogue.session().adjust({.max_message = 2, .close_timeout = 7s});
  EXPECT_EQ(dialogue.session().deadline(), dialogue.now() + 3s);
  dialogue.open();
  EXPECT_EQ(dialogue.receive(text_frame("12") + text_frame("123")).told(), "text:12 " + kTooLarge);
}

TEST(Limits, AfterTheEndChangeNothing) {
  Dialogue dialogue;
  dialogue.open().eof().forget();
  dialogue.session().adjust({});
  EXPECT_TRUE(dialogue.session().is_finished());
}

}  // namespace
}  // namespace wsrelay::ws
