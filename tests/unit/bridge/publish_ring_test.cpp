#include "bridge/publish_ring.hpp"

#include <map>

#include <gtest/gtest.h>

namespace wsrelay::bridge {
namespace {

const Instant kStart(std::chrono::hours(1));

Publication publication(std::size_t bytes) {
  return {.topic = "t", .payload = Bytes(bytes)};
}

config::Lane roomy() {
  return {.max_messages = 100'000, .max_bytes = std::size_t{1} << 30};
}

TEST(PublishRing, AnEmptyOneServesNobody) {
  PublishRing ring;
  EXPECT_EQ(ring.serve(), nullptr);
  RingSeat seat(1, roomy());
  ring.enter(seat);
  EXPECT_EQ(ring.serve(), nullptr);
  EXPECT_FALSE(seat.in_ring);
}

// A loud lane of large messages and a quiet one of small ones: bytes are shared evenly, so the
// quiet one never waits for more than a round.
TEST(PublishRing, ALoudLaneDoesNotStarveAQuietOne) {
  PublishRing ring;
  RingSeat loud(1, roomy());
  RingSeat quiet(2, roomy());
  for (int i = 0; i < 1000; ++i) loud.lane.push(publication(60'000), kStart);
  for (int i = 0; i < 100; ++i) quiet.lane.push(publication(100), kStart);
  ring.enter(loud);
  ring.enter(quiet);
  std::map<route::InstanceId, int> served;
  for (int i = 0; i < 110; ++i) {
    RingSeat* seat = ring.serve();
    ASSERT_NE(seat, nullptr);
    ASSERT_NE(seat->lane.next(kStart), nullptr);
    ++served[seat->instance];
  }
  EXPECT_EQ(served[2], 100);
  EXPECT_EQ(served[1], 10);
}

TEST(PublishRing, WhoLeavesIsNotServed) {
  PublishRing ring;
  RingSeat a(1, roomy());
  RingSeat b(2, roomy());
  a.lane.push(publication(1), kStart);
  b.lane.push(publication(1), kStart);
  ring.enter(a);
  ring.enter(b);
  ring.leave(a);
  RingSeat* seat = ring.serve();
  ASSERT_NE(seat, nullptr);
  EXPECT_EQ(seat->instance, 2U);
}

TEST(PublishRing, OneLargerThanTheQuantumIsServedInTheEnd) {
  PublishRing ring;
  RingSeat seat(1, roomy());
  seat.lane.push(publication(1 << 20), kStart);
  ring.enter(seat);
  EXPECT_EQ(ring.serve(), &seat);
}

}  // namespace
}  // namespace wsrelay::bridge
