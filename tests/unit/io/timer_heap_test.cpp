#include "io/timer_heap.hpp"

#include <map>
#include <random>

#include <gtest/gtest.h>

namespace wsrelay::io {
namespace {

struct Entry {
  Instant until = Instant::max();
  std::size_t heap_place = kNotInHeap;
};
constexpr Instant at(int n) {
  return Instant(std::chrono::seconds(n));
}

TEST(TimerHeap, IsEmptyAtFirstAndItsNextMomentIsNever) {
  TimerHeap<Entry> heap;
  EXPECT_TRUE(heap.empty());
  EXPECT_EQ(heap.next_moment(), Instant::max());
}

TEST(TimerHeap, NeverMeansOut) {
  TimerHeap<Entry> heap;
  Entry entry;
  heap.set(entry, at(1));
  heap.set(entry, Instant::max());
  EXPECT_TRUE(heap.empty());
  heap.remove(entry);  // a second time: no harm
  EXPECT_EQ(entry.heap_place, kNotInHeap);
}

// Law: whatever was set, moved and removed, the earliest is the earliest.
TEST(TimerHeap, AgreesWithAScanAfterAnyHistory) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    TimerHeap<Entry> heap;
    std::vector<Entry> entries(1 + seed * 3);
    for (int step = 0; step < 2000; ++step) {
      Entry& entry = entries[random() % entries.size()];
      if (random() % 4 == 0) {
        heap.remove(entry);
      } else {
        heap.set(entry, at(static_cast<int>(random() % 50)));
      }
      Instant least = Instant::max();
      std::size_t in = 0;
      for (const Entry& each : entries) {
        least = std::min(least, each.until);
        in += each.heap_place != kNotInHeap ? 1 : 0;
      }
      ASSERT_EQ(heap.next_moment(), least);
      ASSERT_EQ(heap.size(), in);
    }
    Instant last = Instant::min();
    while (!heap.empty()) {
      ASSERT_GE(heap.next_moment(), last);
      last = heap.next_moment();
      heap.remove(heap.earliest());
    }
  }
}

}  // namespace
}  // namespace wsrelay::io
