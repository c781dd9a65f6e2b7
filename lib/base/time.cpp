#include "base/time.hpp"

#include <array>
#include <charconv>
#include <ctime>

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace wsrelay {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// "min" before "m", "ms" before "m": the longest name wins.
constexpr std::array kUnits{Unit{"ms", 1},    Unit{"min", 60'000},  Unit{"m", 60'000},
                            Unit{"s", 1'000}, Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::int64_t kLongest = 3650LL * 86'400'000;  // ten years: far below any overflow

const Unit* unit_at(std::string_view text) {
  for (const Unit& unit : kUnits)
    if (text.starts_with(unit.name)) return &unit;
  return nullptr;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(Fault::Local, fmt::format("'{}' is not a time span: {}", text, why));
  };
  if (text == "0") return Duration::zero();
  std::int64_t total = 0;
  std::string_view rest = text;
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  if (rest.empty()) return refuse("it is empty");
  while (!rest.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (error == std::errc::result_out_of_range) return refuse("at most ten years");
    if (error != std::errc{} || rest.front() == '-')
      return refuse("write it like 500ms, 20s or 1m30s");
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    const Unit* unit = unit_at(rest);
    if (unit == nullptr) return refuse("a number needs a unit: ms, s, m, h or d");
    rest.remove_prefix(unit->name.size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (number > kLongest / unit->milliseconds) return refuse("at most ten years");
    total += number * unit->milliseconds;
    if (total > kLongest) return refuse("at most ten years");
  }
  return std::chrono::milliseconds(total);
}

std::string print_duration(Duration span) {
  std::int64_t left = std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
  if (left <= 0) return "0s";
  std::string text;
  for (const Unit& unit : {Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                           Unit{"s", 1'000}, Unit{"ms", 1}}) {
    if (left < unit.milliseconds) continue;
    fmt::format_to(std::back_inserter(text), "{}{}", left / unit.milliseconds, unit.name);
    left %= unit.milliseconds;
  }
  return text;
}

std::string print_wall_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     // Not to_time_t(): it counts in nanoseconds on the way, which end in 2262.
                     fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
                     (time - seconds).count());
}

}  // namespace wsrelay
