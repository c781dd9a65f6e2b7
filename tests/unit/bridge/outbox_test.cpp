#include "bridge/outbox.hpp"

#include <gtest/gtest.h>

namespace wsrelay::bridge {
namespace {

const Instant kNow(std::chrono::hours(1));

struct Levels final : Outbox::Writer {
  mutable std::map<DocumentKey, std::string> level;
  std::optional<Publication> write(const DocumentKey& key) const override {
    const auto found = level.find(key);
    if (found == level.end()) return std::nullopt;
    return Publication{.topic = "t", .payload = to_bytes(found->second), .qos = 1, .retain = true};
  }
};

constexpr DocumentKey kState{Document::State, 1};
constexpr DocumentKey kOther{Document::State, 2};

std::string payload(const std::optional<Outbox::Item>& item) {
  return item ? std::string(as_text(item->publication->payload)) : "-";
}

TEST(Outbox, ADocumentIsWrittenAsItIsWhenItsTurnComes) {
  Levels levels;
  Outbox outbox(levels);
  levels.level[kState] = "first";
  outbox.mark(kState);
  levels.level[kState] = "second";
  outbox.mark(kState);
  EXPECT_EQ(payload(outbox.next(kNow)), "second");
  EXPECT_EQ(payload(outbox.next(kNow)), "-");
}

TEST(Outbox, WhatWasUnderWayIsSaidAgainAfterALoss) {
  Levels levels;
  Outbox outbox(levels);
  levels.level[kState] = "one";
  levels.level[kOther] = "two";
  outbox.mark(kState);
  outbox.mark(kOther);
  outbox.post({.topic = "e", .payload = to_bytes("event")}, kNow);
  EXPECT_EQ(payload(outbox.next(kNow)), "event");
  const auto one = outbox.next(kNow);
  ASSERT_TRUE(one);
  outbox.settle(one->token, true);
  EXPECT_EQ(payload(outbox.next(kNow)), "two");
  outbox.rewind();
  EXPECT_EQ(payload(outbox.next(kNow)), "event");
  EXPECT_EQ(payload(outbox.next(kNow)), "two");
  EXPECT_EQ(payload(outbox.next(kNow)), "-");
}

TEST(Outbox, ADocumentOfSomebodyWhoLeftIsSkipped) {
  Levels levels;
  Outbox outbox(levels);
  levels.level[kOther] = "two";
  outbox.mark(kState);
  outbox.mark(kOther);
  EXPECT_EQ(payload(outbox.next(kNow)), "two");
}

TEST(Outbox, AThousandInstancesGoAndEveryTopicIsCleared) {
  Levels levels;
  Outbox outbox(levels);
  std::set<std::string> topics;
  for (int i = 0; i < 5000; ++i) topics.insert("t/" + std::to_string(i));
  for (const std::string& topic : topics) outbox.clear(topic);
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(outbox.next(kNow));
  outbox.rewind();  // none of them is known to have arrived
  std::set<std::string> cleared;
  while (const auto item = outbox.next(kNow)) {
    EXPECT_TRUE(item->publication->retain);
    EXPECT_TRUE(item->publication->payload.empty());
    cleared.insert(item->publication->topic);
    outbox.settle(item->token, true);
  }
  EXPECT_EQ(cleared, topics);
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, EmptyMeansSaidAndArrived) {
  Levels levels;
  Outbox outbox(levels);
  levels.level[kState] = "x";
  EXPECT_TRUE(outbox.empty());
  outbox.mark(kState);
  EXPECT_FALSE(outbox.empty());
  const auto item = outbox.next(kNow);
  ASSERT_TRUE(item);
  EXPECT_FALSE(outbox.empty());
  outbox.settle(item->token, true);
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace wsrelay::bridge
