#include "bridge/lane.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::bridge {
namespace {

using config::Overflow;
using std::chrono::seconds;

const Instant kStart(std::chrono::hours(1));

Message text(std::string_view payload) {
  return {Message::Kind::Text, to_bytes(payload)};
}

config::Lane bounds(std::size_t messages, Overflow overflow,
                    std::size_t bytes = std::size_t{1} << 20, Duration age = Duration::max()) {
  return {.max_messages = messages, .max_bytes = bytes, .max_age = age, .overflow = overflow};
}

std::string pull(Lane<Message>& lane, Instant now = kStart) {
  const Message* message = lane.next(now);
  return message == nullptr ? "-" : std::string(as_text(message->payload));
}

std::string pull(Lane<Message>& lane, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += pull(lane);
  return all;
}

TEST(Lane, GivesInTheOrderOfArrival) {
  Lane<Message> lane(bounds(10, Overflow::DropOldest));
  for (const char* each : {"a", "b", "c"}) EXPECT_TRUE(lane.push(text(each), kStart));
  EXPECT_EQ(pull(lane, 4), "abc-");
  EXPECT_EQ(lane.queued(), 3U) << "in flight is still queued";
  for (int i = 0; i < 3; ++i) lane.settle_oldest();
  EXPECT_TRUE(lane.empty());
  EXPECT_EQ(lane.counters().delivered, 3U);
}

TEST(Lane, AfterARewindASuffixRepeatsAndNothingOvertakes) {
  Lane<Message> lane(bounds(10, Overflow::DropOldest));
  for (const char* each : {"a", "b", "c", "d"}) lane.push(text(each), kStart);
  pull(lane);
  const std::uint64_t a = lane.last_token();
  pull(lane);
  pull(lane);
  const std::uint64_t c = lane.last_token();
  lane.settle(a, std::nullopt);
  lane.settle(c, std::nullopt);  // acknowledged out of order
  lane.rewind();
  EXPECT_EQ(pull(lane, 3), "bd-");
}

TEST(Lane, ASettledTokenIsSettledOnce) {
  Lane<Message> lane(bounds(10, Overflow::DropOldest));
  lane.push(text("a"), kStart);
  pull(lane);
  const std::uint64_t token = lane.last_token();
  lane.settle(token, std::nullopt);
  lane.settle(token, Drop::RejectedByBroker);
  lane.settle(token + 100, Drop::RejectedByBroker);
  EXPECT_EQ(lane.counters().delivered, 1U);
  EXPECT_EQ(lane.counters().all_dropped(), 0U);
}

struct OverflowRow {
  const char* name;
  Overflow overflow;
  std::string_view left;
  std::uint64_t dropped;
};

class Overflowing : public testing::TestWithParam<OverflowRow> {};

TEST_P(Overflowing, FollowsItsPolicy) {
  Lane<Message> lane(bounds(2, GetParam().overflow));
  for (const char* each : {"a", "b", "c"}) lane.push(text(each), kStart);
  std::string left;
  for (std::string one = pull(lane); one != "-"; one = pull(lane)) left += one;
  EXPECT_EQ(left, GetParam().left);
  EXPECT_EQ(lane.counters().of(Drop::Overflow), GetParam().dropped);
  EXPECT_TRUE(lane.counters().balance(lane.queued()));
}

INSTANTIATE_TEST_SUITE_P(
    Lane, Overflowing,
    testing::Values(OverflowRow{"DropOldest", Overflow::DropOldest, "bc", 1},
                    OverflowRow{"DropNewest", Overflow::DropNewest, "ab", 1},
                    OverflowRow{"CloseDropsTheNewest", Overflow::Close, "ab", 1},
                    OverflowRow{"BlockTakesWhatWasRead", Overflow::Block, "abc", 0}),
    [](const auto& row) { return row.param.name; });

TEST(Lane, WhatIsInFlightIsNeverDroppedForRoom) {
  Lane<Message> lane(bounds(2, Overflow::DropOldest));
  lane.push(text("a"), kStart);
  lane.push(text("b"), kStart);
  pull(lane);
  pull(lane);
  EXPECT_FALSE(lane.push(text("c"), kStart));
  lane.rewind();
  EXPECT_EQ(pull(lane, 2), "ab");
}

TEST(Lane, BytesAreABoundToo) {
  Lane<Message> lane(bounds(100, Overflow::DropOldest, 2 * (10 + kRecordBytes)));
  for (int i = 0; i < 3; ++i) lane.push(text("0123456789"), kStart);
  EXPECT_EQ(lane.queued(), 2U);
  EXPECT_EQ(lane.queued_bytes(), 2 * (10 + kRecordBytes));
  EXPECT_FALSE(lane.push(text(std::string(1000, 'x')), kStart));
  EXPECT_EQ(lane.counters().of(Drop::TooLarge), 1U);
  EXPECT_EQ(lane.queued(), 2U) << "a message that can never fit pushes nobody out";
}

TEST(Weight, CountsTheTopicAndTheProperties) {
  Publication publication{.topic = "abc", .payload = to_bytes("12345")};
  EXPECT_EQ(weight_of(publication), kRecordBytes + 8);
  publication.user_properties = {{"ws-offset", "1000"}};
  EXPECT_EQ(weight_of(publication), kRecordBytes + 8 + 13);
}

TEST(Lane, OldOnesAreLetGo) {
  Lane<Message> lane(bounds(10, Overflow::DropNewest, 1 << 20, seconds(60)));
  lane.push(text("old"), kStart);
  lane.push(text("young"), kStart + seconds(30));
  EXPECT_EQ(pull(lane, kStart + seconds(60)), "young");
  EXPECT_EQ(lane.counters().of(Drop::Age), 1U);
}

// Against a model: whatever is done, the books balance and the order holds.
TEST(Lane, TheBooksBalanceWhateverHappens) {
  const std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  SeededRandom random(seed);
  for (const Overflow overflow : {Overflow::DropOldest, Overflow::DropNewest, Overflow::Block}) {
    Lane<Message> lane(bounds(8, overflow, 1000, seconds(50)));
    std::set<std::uint64_t> flying;
    Instant now = kStart;
    int number = 0;
    int last_seen = -1;
    for (int step = 0; step < 20'000; ++step) {
      now += std::chrono::milliseconds(random.below(3000));
      switch (random.below(6)) {
        case 0:
        case 1:
          lane.push(text(std::to_string(number++)), now);
          break;
        case 2:
          if (const Message* message = lane.next(now)) {
            const int seen = std::stoi(std::string(as_text(message->payload)));
            EXPECT_GT(seen, last_seen) << "nothing overtakes";
            last_seen = seen;
            flying.insert(lane.last_token());
          }
          break;
        case 3:
          if (!flying.empty()) {
            lane.settle(*flying.begin(), random.below(4) == 0
                                             ? std::optional(Drop::RejectedByBroker)
                                             : std::nullopt);
            flying.erase(flying.begin());
          }
          break;
        case 4:
          if (random.below(20) == 0) {
            lane.rewind();
            flying.clear();
            last_seen = -1;
          }
          break;
        default:
          lane.refuse(Drop::Filtered, 3);
          break;
      }
      ASSERT_TRUE(lane.counters().balance(lane.queued())) << "step " << step;
    }
    lane.drop_all(Drop::Shutdown);
    EXPECT_TRUE(lane.empty());
    EXPECT_EQ(lane.queued_bytes(), 0U);
    EXPECT_TRUE(lane.counters().balance(0));
  }
}

}  // namespace
}  // namespace wsrelay::bridge
