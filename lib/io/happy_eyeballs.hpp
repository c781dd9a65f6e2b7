// Which address to try, and when (RFC 8305): families interleaved, IPv6 first; a new attempt every
// 250 ms, or at once when one has failed; at most six under way. Values: no socket, no clock.
//
//   Race race(count, now);
//   while (auto next = race.start_next(now)) connect(addresses[*next]);   // until
//   race.next_moment() race.failed();                                                        // for
//   each that fails
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.hpp"
#include "io/address.hpp"

namespace wsrelay::io {

/// §4: "first address family count" 1; the system's order (RFC 6724) is kept within a family.
std::vector<Address> interleaved(const std::vector<Address>& addresses);

class Race {
 public:
  static constexpr Duration kAttemptDelay = std::chrono::milliseconds(250);  // §5, recommended
  static constexpr std::size_t kMostAtOnce = 6;

  Race(std::size_t candidates, Instant now) : candidates_(candidates), next_start_(now) {}

  /// The candidate to start now, if it is time for one.
  std::optional<std::size_t> start_next(Instant now) {
    if (started_ == candidates_ || under_way() == kMostAtOnce || now < next_start_)
      return std::nullopt;
    next_start_ = after(now, kAttemptDelay);
    return started_++;
  }
  /// §5: when an attempt fails, the next one starts without waiting for the delay.
  void failed() {
    ++failed_;
    next_start_ = Instant::min();
  }
  bool is_lost() const { return failed_ == candidates_; }
  Instant next_moment() const {
    return started_ == candidates_ || under_way() == kMostAtOnce ? Instant::max() : next_start_;
  }

 private:
  std::size_t under_way() const { return started_ - failed_; }

  std::size_t candidates_;
  std::size_t started_ = 0;
  std::size_t failed_ = 0;
  Instant next_start_;
};

}  // namespace wsrelay::io
