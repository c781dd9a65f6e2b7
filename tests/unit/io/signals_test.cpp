#include "io/signals.hpp"

#include <csignal>
#include <vector>

#include <gtest/gtest.h>

#include "io/sd_loop.hpp"

namespace wsrelay::io {
namespace {

TEST(Signals, AreDeliveredOnTheLoopAndDoNotInterruptAnything) {
  sigset_t before;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const auto loop = SdLoop::open().value();
  std::vector<int> heard;
  const auto signals = Signals::open(*loop, [&](int number) { heard.push_back(number); }).value();
  for (const int number : {SIGHUP, SIGTERM, SIGUSR1, SIGINT}) {
    raise(number);
    EXPECT_TRUE(heard.empty());
    for (int i = 0; i < 100 && heard.empty(); ++i) loop->run_once(std::chrono::milliseconds(20));
    EXPECT_EQ(heard, std::vector<int>{number});
    heard.clear();
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);  // the test program itself can be ended again
}

}  // namespace
}  // namespace wsrelay::io
