// Why a message was not delivered — a closed list — and the books that are kept of it.
// The law: received = delivered + queued + Σ dropped, at every moment, per instance and direction.
#pragma once

#include <array>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace wsrelay::bridge {

enum class Drop : std::uint8_t {
  Overflow,
  Age,
  TooLarge,
  InvalidUtf8,
  InvalidTopic,
  NotConnected,
  NoRoute,
  Retained,
  RejectedByBroker,
  Shutdown,
  SpoolError,
  Filtered,
};
inline constexpr std::size_t kDrops = 12;

constexpr std::string_view name_of(Drop drop) {
  constexpr std::array<std::string_view, kDrops> names{
      "overflow",           "age",           "too_large",   "invalid_utf8",
      "invalid_topic",      "not_connected", "no_route",    "retained",
      "rejected_by_broker", "shutdown",      "spool_error", "filtered"};
  return names[static_cast<std::size_t>(drop)];
}

struct Counters {
  std::uint64_t received = 0;
  std::uint64_t delivered = 0;
  std::uint64_t bytes = 0;  // payload bytes received
  std::array<std::uint64_t, kDrops> dropped{};

  std::uint64_t& of(Drop drop) { return dropped[static_cast<std::size_t>(drop)]; }
  std::uint64_t of(Drop drop) const { return dropped[static_cast<std::size_t>(drop)]; }
  std::uint64_t all_dropped() const {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
  }
  bool balance(std::uint64_t queued) const {
    return received == delivered + queued + all_dropped();
  }
};

}  // namespace wsrelay::bridge
