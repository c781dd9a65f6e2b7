// A Loop in virtual time: tasks run when woken, when a fake descriptor they wait for is ready, or
// when their moment has come; then time jumps to the next moment. No socket, no sleep.
// Fake descriptors come from open_fd(); whoever plays the kernel calls set_ready().
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

#include "io/task.hpp"

namespace wsrelay::test {

class Sim final : public io::Loop {
 public:
  Instant now() const override { return now_; }

  io::FdId open_fd() {
    const int number = 1'000'000 + static_cast<int>(++births_);
    return {number, births_};
  }
  void set_ready(io::FdId fd, bool readable, bool writable) {
    ready_[fd.birth] = {readable, writable};
  }
  void close_fd(io::FdId fd) { ready_.erase(fd.birth); }

  /// Runs everything that can run now, without letting time pass. Throws if it never ends.
  void settle() {
    for (int turns = 0; run_one(); ++turns)
      if (turns > 1'000'000) throw std::runtime_error("the tasks never come to rest");
  }
  /// Lets `span` pass, stopping at every moment that a task waits for.
  void advance(Duration span) {
    const Instant end = now_ + span;
    settle();
    for (Instant next = next_moment(); next <= end; next = next_moment()) {
      now_ = std::max(now_, next);
      settle();
    }
    now_ = end;
  }
  /// Lets time pass until `condition` holds; false if it does not within `limit`.
  template <class Condition>
  bool advance_until(Condition condition, Duration limit = std::chrono::hours(1)) {
    const Instant end = now_ + limit;
    for (settle(); !condition(); settle()) {
      const Instant next = next_moment();
      if (next > end) return false;
      now_ = std::max(now_, next);
    }
    return true;
  }
  Instant next_moment() const {
    Instant next = Instant::max();
    for (const auto& seat : seats_) next = std::min(next, seat->wait.until);
    return next;
  }
  std::size_t tasks() const { return seats_.size(); }

 private:
  struct Seat {
    io::Task* task;
    io::Wait wait = {};
    bool woken = true;
  };
  struct Ready {
    bool readable = false;
    bool writable = false;
  };

  void* seat(io::Task& task) override {
    seats_.push_back(std::make_unique<Seat>(Seat{&task}));
    return seats_.back().get();
  }
  void unseat(void* seat) override {
    std::erase_if(seats_, [&](const auto& each) { return each.get() == seat; });
  }
  void wake_seat(void* seat) override { static_cast<Seat*>(seat)->woken = true; }

  bool run_one() {
    for (std::size_t i = 0; i < seats_.size(); ++i) {
      Seat* seat = seats_[(first_ + i) % seats_.size()].get();
      const auto found = ready_.find(seat->wait.fd.birth);
      const Ready ready = seat->wait.fd && found != ready_.end() ? found->second : Ready{};
      const io::Turn turn{.now = now_,
                          .readable = ready.readable && seat->wait.readable,
                          .writable = ready.writable && seat->wait.writable,
                          .woken = seat->woken,
                          .due = seat->wait.until <= now_};
      if (!turn.readable && !turn.writable && !turn.woken && !turn.due) continue;
      first_ = (first_ + i + 1) % seats_.size();
      seat->woken = false;
      const io::Wait wait = seat->task->run(turn);
      const bool alive = std::any_of(seats_.begin(), seats_.end(),
                                     [&](const auto& each) { return each.get() == seat; });
      if (alive) seat->wait = wait;
      return true;
    }
    return false;
  }

  Instant now_ = Instant(std::chrono::hours(1000));
  std::uint64_t births_ = 0;
  std::size_t first_ = 0;
  std::vector<std::unique_ptr<Seat>> seats_;
  std::map<std::uint64_t, Ready> ready_;
};

}  // namespace wsrelay::test
