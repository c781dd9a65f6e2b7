// Who a publication belongs to, carried through the broker's verdict: 2 bits of kind, 22 of
// instance, 40 of the lane's own count.
#pragma once

#include <cstdint>

#include "route/table.hpp"

namespace wsrelay::bridge {

inline constexpr std::uint64_t kReportBit = std::uint64_t{1} << 63;     // the Outbox's
inline constexpr std::uint64_t kPartingToken = std::uint64_t{1} << 62;  // nobody waits for it
inline constexpr unsigned kLaneBits = 40;

constexpr std::uint64_t lane_token(route::InstanceId instance, std::uint64_t count) {
  return static_cast<std::uint64_t>(instance) << kLaneBits | count;
}
constexpr route::InstanceId instance_of(std::uint64_t token) {
  return static_cast<route::InstanceId>(token >> kLaneBits);
}
constexpr std::uint64_t count_of(std::uint64_t token) {
  return token & ((std::uint64_t{1} << kLaneBits) - 1);
}

}  // namespace wsrelay::bridge
