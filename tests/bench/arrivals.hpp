// What came out at the far end: how many messages, when the last one, and, if they carry stamps,
// how long each was under way. One thread notes, another waits.
//
//   arrivals.begin(Stamps::Read);  …send…  arrivals.wait_for(n, patience, deadline);
//   arrivals.latencies();
//
// A stamped message begins with 16 hexadecimal digits: the sender's clock as it wrote them.
#pragma once

#include <algorithm>
#include <atomic>
#include <charconv>
#include <mutex>
#include <string_view>
#include <vector>

#include "clock.hpp"

namespace wsrelay::bench {

inline constexpr std::size_t kStampBytes = 16;

inline void write_stamp(char* at, Nanoseconds time) {
  for (int digit = kStampBytes - 1; digit >= 0; --digit, time >>= 4)
    at[digit] = "0123456789abcdef"[time & 0xF];
}
inline Nanoseconds read_stamp(std::string_view text) {
  Nanoseconds time = 0;
  std::from_chars(text.data(), text.data() + std::min(text.size(), kStampBytes), time, 16);
  return time;
}

enum class Stamps : std::uint8_t { Ignored, Read };

class Arrivals {
 public:
  /// Forgets what came before. Only while nothing is under way.
  void begin(Stamps stamps) {
    const std::lock_guard lock(mutex_);
    latencies_.clear();
    disorder_ = 0;
    newest_ = 0;
    stamped_ = stamps == Stamps::Read;
    count_ = 0;
  }

  bool stamped() const { return stamped_; }

  /// `head` needs the first 16 bytes only, and only if stamped().
  void note(std::string_view head, Nanoseconds time) {
    if (stamped_) note_stamp(read_stamp(head), time);
    last_ = time;
    count_.fetch_add(1, std::memory_order_release);
  }

  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }
  Nanoseconds last() const { return last_; }
  /// False at the deadline, or when nothing has come for `patience`.
  bool wait_for(std::uint64_t expected, Nanoseconds patience, Nanoseconds deadline) const {
    for (std::uint64_t before = count(); before < expected;) {
      const auto some = [&] { return count() >= expected || count() - before > 1000; };
      if (!wait_until(std::min(deadline, now() + patience), some) && count() == before)
        return false;
      before = count();
      if (now() >= deadline) break;
    }
    return count() >= expected;
  }
  /// Nothing more comes for a moment.
  void wait_for_quiet(Nanoseconds quiet) const {
    for (std::uint64_t before = count(), tries = 0; tries < 50; ++tries) {
      rest(quiet);
      if (count() == before) return;
      before = count();
    }
  }

  std::vector<Nanoseconds> latencies() const {
    const std::lock_guard lock(mutex_);
    return latencies_;
  }
  /// Messages that came after a younger one.
  std::uint64_t disorder() const {
    const std::lock_guard lock(mutex_);
    return disorder_;
  }

 private:
  void note_stamp(Nanoseconds sent, Nanoseconds time) {
    const std::lock_guard lock(mutex_);
    if (sent < newest_) ++disorder_;
    newest_ = std::max(newest_, sent);
    latencies_.push_back(time - sent);
  }

  std::atomic<std::uint64_t> count_ = 0;
  std::atomic<Nanoseconds> last_ = 0;
  std::atomic<bool> stamped_ = false;
  mutable std::mutex mutex_;
  std::vector<Nanoseconds> latencies_;
  std::uint64_t disorder_ = 0;
  Nanoseconds newest_ = 0;
};

}  // namespace wsrelay::bench
