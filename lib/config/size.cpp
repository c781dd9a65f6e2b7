#include "config/size.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace wsrelay::config {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array kUnits{Unit{"GiB", 1U << 30}, Unit{"MiB", 1U << 20}, Unit{"KiB", 1U << 10},
                            Unit{"G", 1U << 30},   Unit{"M", 1U << 20},   Unit{"K", 1U << 10},
                            Unit{"B", 1}};
constexpr std::uint64_t kLargest = 1ULL << 40;

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(Fault::Local, fmt::format("'{}' is not a size: {}", text, why));
  };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) return refuse("at most 1024GiB");
  if (error != std::errc{}) return refuse("write it like 512B, 64KiB or 1MiB");
  std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) return refuse("a number needs a unit: B, KiB, MiB or GiB");
  for (const Unit& known : kUnits) {
    if (unit != known.name) continue;
    if (number > kLargest / known.bytes) return refuse("at most 1024GiB");
    return number * known.bytes;
  }
  if (unit == "KB" || unit == "kB" || unit == "MB" || unit == "GB")
    return refuse(
        fmt::format("write {}iB, which is a power of 1024", unit == "kB" ? 'K' : unit[0]));
  return refuse("the units are B, KiB, MiB and GiB");
}

std::string print_size(std::uint64_t bytes) {
  for (const Unit& unit : kUnits)
    if (bytes != 0 && bytes % unit.bytes == 0)
      return fmt::format("{}{}", bytes / unit.bytes, unit.name);
  return fmt::format("{}B", bytes);
}

}  // namespace wsrelay::config
