// The Loop of real life: one epoll descriptor that sd-event watches as a single source, one timer
// heap behind a single sd-event timer, and a ready list for wake(). Thousands of sd-event sources
// would cost tens of microseconds per dispatch; this costs a fraction of one.
//
//   auto loop = SdLoop::open();                 // or open(event): ride on somebody else's sd_event
//   … build tasks …                             // each runs once, soon
//   return (*loop)->run();                      // until exit(code)
//
// A turn: read the clock once, collect descriptors and moments, run what is ready — at most
// kEventsPerTurn and kRunsPerTurn, the rest in the next turn, after sd-event had its chance.
// A task may add, wake and drop others (never itself) while it runs. One descriptor is waited for
// by one task. Moments are kept to within a millisecond, never early. One thread; not copyable, not
// movable.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include <sys/epoll.h>

#include "base/error.hpp"
#include "io/ready_list.hpp"
#include "io/task.hpp"
#include "io/timer_heap.hpp"

struct sd_event;
struct sd_event_source;

namespace wsrelay::io {

class SdLoop final : public Loop {
 public:
  static constexpr int kEventsPerTurn = 256;
  static constexpr int kRunsPerTurn = 256;

  /// `foreign` (referenced, not owned) or an sd_event of its own. The error is Fault::Local.
  static Result<std::unique_ptr<SdLoop>> open(sd_event* foreign = nullptr);
  ~SdLoop();
  SdLoop(const SdLoop&) = delete;
  SdLoop& operator=(const SdLoop&) = delete;

  /// Turns until exit(); the code given there, or a negative errno when the event loop itself
  /// fails.
  int run();
  /// Waits at most `at_most` for something to happen and dispatches it. False after exit().
  bool run_once(Duration at_most);
  void exit(int code);

  /// Feed the service manager's watchdog, if there is one, as long as the loop turns; `false`
  /// stops feeding, and the manager draws its conclusion. True if a watchdog is now fed.
  bool watchdog(bool feed);
  /// Called at the end of each turn.
  void on_turn(std::function<void()> hook) { on_turn_ = std::move(hook); }

  Instant now() const override { return now_; }
  std::size_t tasks() const { return seats_.size() - free_.size(); }

 private:
  struct Seat : ReadyLink {
    Task* task = nullptr;
    FdId fd = {};                    // what epoll watches for us …
    std::uint32_t interest = 0;      // … and for which events
    Instant until = Instant::max();  // as in the heap
    std::size_t heap_place = kNotInHeap;
    bool readable = false, writable = false, woken = false, due = false;
  };
  template <class T>
  struct Unref {
    void operator()(T* object) const noexcept;
  };
  template <class T>
  using Owned = std::unique_ptr<T, Unref<T>>;

  SdLoop() = default;
  int attach(sd_event* foreign);

  void* seat(Task& task) override;
  void unseat(void* seat) override;
  void wake_seat(void* seat) override;

  void turn() noexcept;
  void collect_events();
  void collect_due();
  void run_ready();
  void settle(Seat& seat, const Wait& wait);
  void watch(Seat& seat, FdId fd, std::uint32_t interest);
  void unwatch(Seat& seat);
  void rearm();

  Owned<sd_event> event_;
  UniqueFd epoll_;
  Owned<sd_event_source> readiness_, timer_, again_;
  Instant armed_ = Instant::max();  // when timer_ fires; may be early, never late
  bool turning_ = false;
  Instant now_ = {};
  std::function<void()> on_turn_;

  // Seats are never freed before the loop: an epoll event that outlived its descriptor (a duplicate
  // kept the kernel's entry alive) then meets a wrong task at worst, and a spurious run is
  // harmless.
  std::deque<Seat> seats_;
  std::vector<Seat*> free_;
  std::vector<Seat*> watchers_;  // by descriptor number
  TimerHeap<Seat> timers_;
  ReadyList<Seat> ready_, next_turn_;
  Seat* running_ = nullptr;
  std::vector<epoll_event> events_;
};

}  // namespace wsrelay::io
