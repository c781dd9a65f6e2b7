// Time as the bench reads it: monotonic nanoseconds, the same for every process of the machine, so
// that a stamp written by one can be read by another.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <stdexcept>
#include <string>
#include <thread>

namespace wsrelay::bench {

using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kMillisecond = 1'000'000;

inline Nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<Nanoseconds>(time.tv_sec) * kSecond + time.tv_nsec;
}
inline Nanoseconds now() {
  return read_clock(CLOCK_MONOTONIC);
}

inline double seconds(Nanoseconds span) {
  return static_cast<double>(span) / static_cast<double>(kSecond);
}
inline void rest(Nanoseconds span) {
  std::this_thread::sleep_for(std::chrono::nanoseconds(span));
}

/// What ends the bench: something could not be set up. Caught in main only.
struct Trouble : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Polls every 2 ms; false at the deadline.
template <class Condition>
bool wait_until(Nanoseconds deadline, Condition condition) {
  while (!condition()) {
    if (now() >= deadline) return false;
    rest(2 * kMillisecond);
  }
  return true;
}

}  // namespace wsrelay::bench
