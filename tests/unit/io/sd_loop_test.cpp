// SdLoop over real descriptors. Time is real but never slept: a test waits for a condition.
#include "io/sd_loop.hpp"

#include <array>
#include <functional>
#include <list>
#include <random>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;

// A task whose run() is written in the test.
class Scripted final : public Task {
 public:
  using Script = std::function<Wait(const Turn&)>;
  Scripted(Loop& loop, Script script) : script_(std::move(script)) { seat = loop.add(*this); }
  Wait run(const Turn& turn) override {
    ++runs;
    last = turn;
    return script_(turn);
  }
  int runs = 0;
  Turn last{};
  Registration seat;

 private:
  Script script_;
};

class SdLoopTest : public testing::Test {
 protected:
  std::unique_ptr<SdLoop> loop = SdLoop::open().value();

  // Dispatches until `condition`; false when it does not come true in time.
  bool until(const std::function<bool()>& condition, Duration limit = 5s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition() && std::chrono::steady_clock::now() < end) loop->run_once(20ms);
    return condition();
  }
  // Dispatches what is there already.
  void drain() {
    for (int i = 0; i < 50; ++i) loop->run_once(0ms);
  }
};

struct Pair {
  UniqueFd ours, theirs;
};
Pair socket_pair() {
  int fds[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}
void put(const UniqueFd& fd) {
  EXPECT_EQ(::write(fd.number(), "x", 1), 1);
}
ssize_t take(const UniqueFd& fd) {
  char c;
  return ::read(fd.number(), &c, 1);
}

TEST_F(SdLoopTest, ANewTaskRunsOnceAndThenOnlyWhenThereIsAReason) {
  Scripted task(*loop, [](const Turn&) { return Wait{}; });
  drain();
  EXPECT_EQ(task.runs, 1);
  EXPECT_TRUE(task.last.woken);
}

TEST_F(SdLoopTest, ManyWakesAreOneRun) {
  Scripted task(*loop, [](const Turn&) { return Wait{}; });
  drain();
  for (int i = 0; i < 100; ++i) task.seat.wake();
  drain();
  EXPECT_EQ(task.runs, 2);
}

TEST_F(SdLoopTest, AWakeInsideOnesOwnRunRunsAgain) {
  Scripted* self = nullptr;
  Scripted task(*loop, [&](const Turn&) {
    if (self->runs < 5) self->seat.wake();
    return Wait{};
  });
  self = &task;
  drain();
  EXPECT_EQ(task.runs, 5);
}

TEST_F(SdLoopTest, ADescriptorIsToldInTheDirectionAskedFor) {
  Pair pair = socket_pair();
  bool want_write = true;
  Scripted task(*loop, [&](const Turn&) {
    return Wait{.fd = pair.ours.id(), .readable = !want_write, .writable = want_write};
  });
  ASSERT_TRUE(until([&] { return task.last.writable; }));
  EXPECT_FALSE(task.last.readable);
  want_write = false;
  drain();
  const int before = task.runs;
  put(pair.theirs);
  ASSERT_TRUE(until([&] { return task.last.readable; }));
  EXPECT_FALSE(task.last.writable);
  EXPECT_GT(task.runs, before);
}

TEST_F(SdLoopTest, AHangUpIsToldAsTheDirectionAskedForAndNotAtAllWhenNoneIs) {
  Pair pair = socket_pair();
  bool listening = true;
  Scripted task(*loop, [&](const Turn& turn) {
    if (turn.readable) listening = false;
    return Wait{.fd = pair.ours.id(), .readable = listening};
  });
  drain();
  pair.theirs.reset();
  ASSERT_TRUE(until([&] { return !listening; }));
  const int before = task.runs;
  drain();
  EXPECT_EQ(task.runs, before) << "a paused task spins on the hang-up";
}

// The number of a closed descriptor comes back at once, and epoll forgot it silently.
TEST_F(SdLoopTest, ANewDescriptorWithTheOldNumberIsWatched) {
  Pair pair = socket_pair();
  int rounds = 0;
  Scripted task(*loop, [&](const Turn& turn) {
    if (turn.readable && take(pair.ours) == 1) {
      const int number = pair.ours.number();
      pair.ours.reset();
      pair.theirs.reset();
      pair = socket_pair();
      EXPECT_EQ(pair.ours.number(), number);
      ++rounds;
    }
    return Wait{.fd = pair.ours.id(), .readable = true};
  });
  for (int round = 1; round <= 5; ++round) {
    drain();
    put(pair.theirs);
    ASSERT_TRUE(until([&] { return rounds == round; })) << "stalled in round " << round;
  }
}

TEST_F(SdLoopTest, ANumberThatMovedToAnotherTaskBelongsToThatTask) {
  Pair first = socket_pair();
  Pair second;
  Scripted a(*loop, [&](const Turn&) {
    return first.ours ? Wait{.fd = first.ours.id(), .readable = true} : Wait{};
  });
  Scripted b(*loop, [&](const Turn& turn) {
    if (turn.readable) take(second.ours);
    return second.ours ? Wait{.fd = second.ours.id(), .readable = true} : Wait{};
  });
  drain();
  first = {};
  second = socket_pair();
  b.seat.wake();
  drain();
  a.seat.wake();  // lets go of a number that is not its own any more
  drain();
  const int before = b.runs;
  put(second.theirs);
  EXPECT_TRUE(until([&] { return b.runs > before; }));
}

TEST_F(SdLoopTest, ATaskMayDropOthersThatAreReady) {
  std::list<Scripted> others;
  int ran = 0;
  Scripted killer(*loop, [&](const Turn&) {
    others.clear();
    return Wait{};
  });
  for (int i = 0; i < 100; ++i)
    others.emplace_back(*loop, [&](const Turn&) {
      ++ran;
      return Wait{};
    });
  drain();
  EXPECT_EQ(ran, 0);
  EXPECT_EQ(loop->tasks(), 1U);
}

TEST_F(SdLoopTest, ATaskMayDropOthersWhoseDescriptorsAndMomentsHaveCome) {
  std::list<Scripted> others;
  std::vector<Pair> pairs;
  pairs.reserve(50);
  bool kill = false;
  Scripted killer(*loop, [&](const Turn&) {
    if (kill) others.clear();
    return Wait{};
  });
  for (int i = 0; i < 50; ++i) {
    const FdId id = pairs.emplace_back(socket_pair()).ours.id();
    others.emplace_back(*loop, [id](const Turn& turn) {
      return Wait{.fd = id, .readable = true, .until = turn.now + 1ms};
    });
  }
  drain();
  for (const Pair& pair : pairs) put(pair.theirs);
  kill = true;
  killer.seat.wake();
  drain();
  EXPECT_EQ(loop->tasks(), 1U);
}

TEST_F(SdLoopTest, ATaskMayAddOthersAndSeatsAreUsedAgain) {
  std::list<Scripted> others;
  Scripted parent(*loop, [&](const Turn&) {
    others.clear();
    for (int i = 0; i < 10; ++i) others.emplace_back(*loop, [](const Turn&) { return Wait{}; });
    return Wait{};
  });
  for (int round = 0; round < 20; ++round) {
    parent.seat.wake();
    drain();
    for (const Scripted& other : others) EXPECT_EQ(other.runs, 1);
  }
  EXPECT_EQ(loop->tasks(), 11U);
}

TEST_F(SdLoopTest, ALoudTaskDoesNotKeepOthersOrSdEventWaiting) {
  Pair pair = socket_pair();
  Scripted loud(*loop, [](const Turn& turn) { return Wait{.until = turn.now}; });
  Scripted quiet(*loop, [&](const Turn& turn) {
    if (turn.readable) take(pair.ours);
    return Wait{.fd = pair.ours.id(), .readable = true};
  });
  drain();
  for (int round = 0; round < 20; ++round) {
    const int before = loud.runs;
    put(pair.theirs);
    const int heard = quiet.runs;
    ASSERT_TRUE(until([&] { return quiet.runs > heard; }));
    EXPECT_LE(loud.runs - before, 4) << "the loud one had many turns first";
  }
}

TEST_F(SdLoopTest, MoreReadyTasksThanTheBudgetAreServedOverSeveralTurns) {
  int turns = 0, ran = 0;
  loop->on_turn([&] { ++turns; });
  std::list<Scripted> tasks;
  constexpr int kTasks = 3 * SdLoop::kRunsPerTurn;
  for (int i = 0; i < kTasks; ++i)
    tasks.emplace_back(*loop, [&](const Turn&) {
      ++ran;
      return Wait{};
    });
  loop->run_once(0ms);
  EXPECT_EQ(ran, SdLoop::kRunsPerTurn);
  ASSERT_TRUE(until([&] { return ran == kTasks; }));
  EXPECT_EQ(turns, 3);
}

TEST_F(SdLoopTest, TwoThatWakeEachOtherStayWithinTheBudget) {
  Scripted* a = nullptr;
  Scripted* b = nullptr;
  Scripted first(*loop, [&](const Turn&) { return b->seat.wake(), Wait{}; });
  Scripted second(*loop, [&](const Turn&) { return a->seat.wake(), Wait{}; });
  a = &first;
  b = &second;
  loop->run_once(0ms);
  EXPECT_EQ(first.runs + second.runs, SdLoop::kRunsPerTurn);
}

TEST_F(SdLoopTest, MomentsComeInOrderAndNeverEarly) {
  std::vector<int> order;
  std::list<Scripted> tasks;
  const Instant start = loop->now();
  for (const int ms : {30, 5, 20, 10, 15, 25})
    tasks.emplace_back(*loop, [&order, ms, at = start + ms * 1ms](const Turn& turn) {
      if (turn.now >= at) {
        EXPECT_TRUE(turn.due);
        order.push_back(ms);
        return Wait{};
      }
      EXPECT_FALSE(turn.due);
      return Wait{.until = at};
    });
  ASSERT_TRUE(until([&] { return order.size() == 6; }));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_F(SdLoopTest, AMomentPutOffDoesNotComeAndOneBroughtForwardDoes) {
  Instant at = loop->now() + 1h;
  bool due = false;
  Scripted task(*loop, [&](const Turn& turn) {
    due = due || turn.due;
    return Wait{.until = turn.due ? Instant::max() : at};
  });
  drain();
  at = loop->now() + 2ms;
  task.seat.wake();
  EXPECT_TRUE(until([&] { return due; }));
}

TEST_F(SdLoopTest, TenThousandMomentsAllCome) {
  constexpr int kTasks = 10'000;
  std::mt19937 random(7);
  RecordProperty("seed", 7);
  int due = 0;
  std::list<Scripted> tasks;
  const Instant start = loop->now();
  for (int i = 0; i < kTasks; ++i) {
    const Instant at = start + std::chrono::microseconds(random() % 100'000);
    tasks.emplace_back(*loop, [&due, at](const Turn& turn) {
      if (turn.now < at) return Wait{.until = at};
      ++due;
      return Wait{};
    });
  }
  EXPECT_TRUE(until([&] { return due == kTasks; }));
}

TEST_F(SdLoopTest, NowIsTheSameForAllInATurn) {
  std::vector<Instant> moments;
  std::list<Scripted> tasks;
  for (int i = 0; i < 100; ++i)
    tasks.emplace_back(*loop, [&](const Turn& turn) {
      EXPECT_EQ(turn.now, loop->now());
      moments.push_back(turn.now);
      return Wait{};
    });
  loop->run_once(0ms);
  ASSERT_EQ(moments.size(), 100U);
  EXPECT_EQ(moments.front(), moments.back());
}

TEST_F(SdLoopTest, RunReturnsTheExitCode) {
  Scripted task(*loop, [&](const Turn&) { return loop->exit(42), Wait{}; });
  EXPECT_EQ(loop->run(), 42);
  EXPECT_FALSE(loop->run_once(0ms));
}

TEST_F(SdLoopTest, WithoutAServiceManagerThereIsNoWatchdog) {
  EXPECT_FALSE(loop->watchdog(true));
}

}  // namespace
}  // namespace wsrelay::io
