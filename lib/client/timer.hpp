// A function called at a moment, on the loop's thread: an idle time-out, a heartbeat. A Task.
//
//   client::Timer patience(runtime.loop(), [&] { client.stop(); });
//   patience.after(std::chrono::seconds(5));   // again and again: only the last one counts
//
// The function may set its own timer again, but must not destroy it. The loop must outlive it.
#pragma once

#include <functional>

#include "base/time.hpp"
#include "io/task.hpp"

namespace wsrelay::client {

class Timer final : public io::Task {
 public:
  Timer(io::Loop& loop, std::function<void()> call)
      : loop_(loop), call_(std::move(call)), registration_(loop.add(*this)) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void at(Instant moment) {
    moment_ = moment;
    registration_.wake();
  }
  void after(Duration span) { at(wsrelay::after(loop_.now(), span)); }
  void cancel() { at(Instant::max()); }

  io::Wait run(const io::Turn& turn) override {
    if (turn.now >= moment_) {
      moment_ = Instant::max();
      call_();
    }
    return {.until = moment_};
  }

 private:
  io::Loop& loop_;
  std::function<void()> call_;
  Instant moment_ = Instant::max();
  io::Registration registration_;
};

}  // namespace wsrelay::client
