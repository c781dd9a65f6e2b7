// The contract of being alive. A Task has one verb, run(): make all the progress possible within
// the budget, then say what to wait for — one descriptor, a direction, a moment. State changes
// nowhere else, so nothing is re-entered. The flags of a Turn are hints: a spurious run is harmless.
//
//   registration_ = loop.add(*this);     // runs once, soon
//   registration_.wake();                // from anywhere on the loop's thread: run soon; coalesced, O(1)
//   registration_ = {};                  // leave; any time, except inside one's own run()
//
// A Task must outlive its Registration, a Registration must not outlive the Loop.
#pragma once

#include <utility>

#include "base/time.hpp"
#include "io/handle.hpp"

namespace wsrelay::io {

struct Turn {
  Instant now;            // read once per turn of the loop; nobody else reads a clock
  bool readable = false;  // the descriptor waited for, also on error or hang-up
  bool writable = false;
  bool woken = false;
  bool due = false;       // the moment waited for has come
};

/// Nothing set: run when woken. `until = turn.now` asks for another turn at once (budget spent).
struct Wait {
  FdId fd = {};
  bool readable = false;
  bool writable = false;
  Instant until = Instant::max();

  friend bool operator==(const Wait&, const Wait&) = default;
};

class Task {
 public:
  virtual Wait run(const Turn& turn) = 0;

 protected:
  ~Task() = default;
};

class Loop;

class Registration {
 public:
  Registration() = default;
  Registration(Registration&& other) noexcept
      : loop_(std::exchange(other.loop_, nullptr)), seat_(std::exchange(other.seat_, nullptr)) {}
  Registration& operator=(Registration&& other) noexcept {
    std::swap(loop_, other.loop_);
    std::swap(seat_, other.seat_);
    return *this;
  }
  inline ~Registration();

  inline void wake() const;
  explicit operator bool() const { return seat_ != nullptr; }

 private:
  friend class Loop;
  Registration(Loop& loop, void* seat) : loop_(&loop), seat_(seat) {}
  Loop* loop_ = nullptr;
  void* seat_ = nullptr;  // the loop's own record of the task
};

/// SdLoop in the daemon, Sim (virtual time) in tests.
class Loop {
 public:
  [[nodiscard]] Registration add(Task& task) { return Registration(*this, seat(task)); }
  /// The moment of this turn; for those who are called between runs.
  virtual Instant now() const = 0;

 protected:
  ~Loop() = default;

 private:
  friend class Registration;
  virtual void* seat(Task& task) = 0;
  virtual void unseat(void* seat) = 0;
  virtual void wake_seat(void* seat) = 0;
};

inline Registration::~Registration() {
  if (seat_ != nullptr) loop_->unseat(seat_);
}
inline void Registration::wake() const {
  if (seat_ != nullptr) loop_->wake_seat(seat_);
}

}  // namespace wsrelay::io
