#include "ws/output_queue.hpp"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay::ws {
namespace {

TEST(OutputQueue, IsFirstInFirstOutWhateverIsAppendedAndTaken) {
  SeededRandom random(3);
  OutputQueue queue;
  std::string model;
  std::uint64_t appended = 0;
  for (int turn = 0; turn < 20'000; ++turn) {
    // Phases of growing and of draining, so that it runs full and empty many times.
    const std::uint64_t room = turn / 500 % 2 == 0 ? 300 : 60;
    const std::string bytes(random.below(room), static_cast<char>('a' + turn % 26));
    std::memcpy(queue.append(bytes.size()), bytes.data(), bytes.size());
    model += bytes;
    appended += bytes.size();
    const std::size_t taken = std::min<std::size_t>(model.size(), random.below(200));
    queue.take(taken);
    model.erase(0, taken);
    ASSERT_EQ(as_text(queue.bytes()), model);
    ASSERT_EQ(queue.appended(), appended);
    ASSERT_EQ(queue.appended() - queue.taken(), model.size());
  }
}

TEST(OutputQueue, StaysUsableAfterGivingItsMemoryBack) {
  OutputQueue queue;
  for (const std::size_t size : {100'000U, 10U, 10U, 200'000U, 0U, 1U}) {
    std::memset(queue.append(size), 'x', size);
    EXPECT_EQ(as_text(queue.bytes()), std::string(size, 'x'));
    queue.take(size);
    EXPECT_TRUE(queue.bytes().empty());
  }
}

}  // namespace
}  // namespace wsrelay::ws
