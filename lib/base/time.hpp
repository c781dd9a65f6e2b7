// Moments and spans, and how people write them ("1m30s", "500ms"). Knows no clock: the loop
// reads the monotonic one, once per turn, and main hands in the wall clock.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace wsrelay {

using Duration = std::chrono::nanoseconds;
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// "500ms", "20s", "1m30s", "2h", "1d"; the units ms s m (or min) h d, largest first or not.
/// A bare number is refused: a unit says what was meant.
Result<Duration> parse_duration(std::string_view text);
/// The shortest spelling that parse_duration reads back as the same span (down to 1 ms).
std::string print_duration(Duration span);
/// RFC 3339 in UTC with milliseconds: "2026-11-21T03:04:05.123Z".
std::string print_wall_time(WallTime time);

/// `at + span` without wrapping: Duration::max() means "never", and so does Instant::max().
constexpr Instant after(Instant at, Duration span) {
  return span >= Instant::max() - at ? Instant::max() : at + span;
}

}  // namespace wsrelay
