#include "client/outgoing.hpp"

#include <deque>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::client {
namespace {

using ws::Opcode;

// An item in a word: t b text and binary, c continuation, p o Ping and Pong, x Close; a capital
// letter is the beginning of more ("T" a text without fin). What follows is the payload.
Outgoing item(std::string_view word) {
  const char letter = static_cast<char>(word[0] | 0x20);
  const Opcode opcode = letter == 't'   ? Opcode::Text
                        : letter == 'b' ? Opcode::Binary
                        : letter == 'c' ? Opcode::Continuation
                        : letter == 'p' ? Opcode::Ping
                        : letter == 'o' ? Opcode::Pong
                                        : Opcode::Close;
  return {.opcode = opcode, .fin = word[0] == letter, .payload = to_bytes(word.substr(1))};
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> all;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) all.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

// Plays a story: words are pushed ("!" behind a word: and it is refused), ">" hands the next one
// over, "." settles the oldest, "<" rewinds. Answers what was handed over, and what a rewind
// dropped.
std::string play(SendQueue& queue, std::string_view story) {
  std::string told;
  for (std::string word : words(story)) {
    if (word == ">") {
      told += as_text(queue.front()->payload);
      queue.sent_front();
    } else if (word == ".") {
      queue.settle_oldest();
    } else if (word == "<") {
      told += " <" + std::to_string(queue.rewind()) + " ";
    } else {
      const bool refusal = word.ends_with('!');
      if (refusal) word.pop_back();
      EXPECT_EQ(!queue.push(item(word)), refusal) << word << " in " << story;
    }
  }
  return told;
}

struct Row {
  const char* name;
  std::string_view story;
  std::string_view told;
  std::size_t left;
};
class Story : public testing::TestWithParam<Row> {};

TEST_P(Story, IsTold) {
  SendQueue queue{SendQueue::Bounds()};
  EXPECT_EQ(play(queue, GetParam().story), GetParam().told);
  EXPECT_EQ(queue.size(), GetParam().left);
  EXPECT_EQ(queue.front(), nullptr) << "each row hands over all there is";
}

INSTANTIATE_TEST_SUITE_P(
    InOrder, Story,
    testing::Values(Row{"Whole", "t1 b2 > > . .", "12", 0}, Row{"Kept", "t1 b2 > > .", "12", 1},
                    Row{"Fragments", "T1 C2 c3 > > > . . .", "123", 0},
                    Row{"ControlBetweenFragments", "T1 p2 C3 o4 c5 > > > > >", "12345", 5},
                    Row{"EmptyEnd", "T1 c > >", "1", 2},
                    Row{"NextMessageAfterTheEnd", "B1 c2 t3 > > >", "123", 3}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Refused, Story,
    testing::Values(Row{"Close", "x!", "", 0}, Row{"OrphanContinuation", "c1!", "", 0},
                    Row{"OrphanAfterAWholeMessage", "t1 c2! >", "1", 1},
                    Row{"TextInsideText", "T1 t2! c3 > >", "13", 2},
                    Row{"BinaryInsideText", "T1 B2! c3 > >", "13", 2},
                    Row{"NotUtf8", "t\xFF!", "", 0}, Row{"CutUtf8", "t\xC3!", "", 0},
                    Row{"BinaryMayBeAnything", "b\xFF >", "\xFF", 1},
                    Row{"PingMayBeAnything", "p\xFF >", "\xFF", 1},
                    Row{"CharacterAcrossFragments", "T\xC3 c\xA9 > >", "\xC3\xA9", 2},
                    Row{"PingInsideACharacter", "T\xC3 p1 c\xA9 > > >",
                        "\xC3"
                        "1\xA9",
                        3},
                    Row{"BadContinuation", "T\xC3 c\xFF! c\xA9 > >", "\xC3\xA9", 2},
                    Row{"CutAtTheEnd", "T1 c\xC3! C\xC3 c\xA9 > > >", "1\xC3\xA9", 3},
                    Row{"BinaryFragmentsMayBeAnything", "B\xFF c\xFE > >", "\xFF\xFE", 2}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rewound, Story,
    testing::Values(Row{"NothingIsNothing", "<", " <0 ", 0},
                    Row{"WholeMessagesWaitAgain", "t1 b2 t3 > > . < > >", "12 <0 23", 2},
                    Row{"BeforeThoseThatWaited", "t1 t2 t3 > < > > >", "1 <0 123", 3},
                    Row{"HandedControlIsDropped", "p1 t2 o3 > > > < >", "123 <2 2", 1},
                    Row{"WaitingControlIsKept", "t1 p2 > < > >", "1 <0 12", 2},
                    Row{"FragmentsOfWhichNoneLeftWaitAgain", "T1 c2 > > < > >", "12 <0 12", 2},
                    Row{"FragmentsThatNeverBeganAreKept", "t0 T1 c2 > . < > >", "0 <0 12", 2},
                    Row{"AMessageHalfGoneIsDropped", "T1 C2 c3 t4 > . > < >", "12 <2 4", 1},
                    Row{"WithThePartsToCome", "T1 > . < C2 c3 t4 >", "1 <0 4", 1},
                    Row{"PartsThatWaitAndPartsToCome", "T1 C2 > . < C3 c4 b5 >", "1 <1 5", 1},
                    Row{"ItsPartsAreNotCheckedAnyMore", "T1 > . < c\xFF t2 >", "1 <0 2", 1},
                    Row{"ANewMessageMayBeginInstead", "T1 > . < t2 > c3!", "1 <0 2", 1},
                    Row{"ANewOneInPartsToo", "T1 > . < T2 c3 > >", "1 <0 23", 2},
                    Row{"ControlAmongThePartsThatAreSkipped", "T1 > . < p2 C3 o4 c5 > >", "1 <0 24",
                        2},
                    Row{"TwoBreaksInARow", "T1 > . < < C2 c3 t4 >", "1 <0  <0 4", 1},
                    Row{"AfterItsEndNothingIsSkipped", "T1 c2 > > . . < c3! t4 >", "12 <0 4", 1}),
    [](const auto& row) { return row.param.name; });

TEST(SendQueue, IsBoundedInItemsAndBytes) {
  SendQueue queue({.items = 3, .bytes = 10});
  EXPECT_TRUE(queue.push(item("t1234567")));
  EXPECT_FALSE(queue.push(item("t1234"))) << "11 bytes";
  EXPECT_TRUE(queue.push(item("t123")));
  EXPECT_TRUE(queue.push(item("t")));
  const auto full = queue.push(item("t"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().fault, Fault::Local);
  EXPECT_NE(full.error().text.find("full"), std::string::npos);
  queue.sent_front();
  EXPECT_FALSE(queue.push(item("t"))) << "what is not settled counts";
  queue.settle_oldest();
  EXPECT_TRUE(queue.push(item("t7654321")));
}

TEST(SendQueue, ARefusedPartLeavesItsMessageUnfinished) {
  SendQueue queue({.items = 2, .bytes = 100});
  EXPECT_TRUE(queue.push(item("T1")));
  EXPECT_TRUE(queue.push(item("C2")));
  EXPECT_FALSE(queue.push(item("c3"))) << "full";
  queue.sent_front();
  queue.settle_oldest();
  EXPECT_FALSE(queue.push(item("t4"))) << "still inside";
  EXPECT_TRUE(queue.push(item("c3")));
}

TEST(SendQueue, AControlFrameHas125BytesAtMost) {
  SendQueue queue{SendQueue::Bounds()};
  EXPECT_TRUE(queue.push(item("p" + std::string(125, 'x'))));
  EXPECT_FALSE(queue.push(item("p" + std::string(126, 'x'))));
  EXPECT_FALSE(queue.push(item("o" + std::string(126, 'x'))));
  EXPECT_TRUE(queue.push({.opcode = Opcode::Ping, .fin = false})) << "fin says nothing there";
}

// Whatever is pushed, sent, settled and rewound: what a session gets is legal (§5.4), and nothing
// is lost without being counted.
TEST(SendQueue, WhatLeavesItIsAlwaysLegalAndAccountedFor) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    SendQueue queue({.items = 12, .bytes = 1000});
    constexpr const char* kWords[] = {"t1", "T1", "b1", "B1", "C1", "c1", "p1", "o1"};
    std::size_t taken = 0, settled = 0, dropped = 0, handed = 0;
    bool inside = false;  // of a message, as the session sees it
    for (int step = 0; step < 300; ++step) {
      const std::uint64_t dice = random.below(10);
      if (dice < 5) {
        const std::size_t before = queue.size();
        if (queue.push(item(kWords[random.below(8)]))) taken += queue.size() - before;
      } else if (dice < 7 && queue.front() != nullptr) {
        const Outgoing& next = *queue.front();
        if (!ws::is_control(next.opcode)) {
          ASSERT_EQ(next.opcode == Opcode::Continuation, inside);
          inside = !next.fin;
        }
        queue.sent_front();
        ++handed;
      } else if (dice < 9 && handed > 0) {
        queue.settle_oldest();
        --handed;
        ++settled;
      } else if (dice == 9) {
        dropped += queue.rewind();
        handed = 0;
        inside = false;
      }
      ASSERT_EQ(taken, settled + dropped + queue.size());
      ASSERT_LE(queue.size(), 12U);
    }
  }
}

}  // namespace
}  // namespace wsrelay::client
