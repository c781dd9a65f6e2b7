// The publications that have been pulled and have no verdict yet: at QoS 1 until their PUBACK, at
// QoS 0 until their last byte has left. Pure bookkeeping; tokens are the listener's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.hpp"

namespace wsrelay::mqtt {

class Window {
 public:
  /// `limit`: publications at QoS 1 under way at once.
  explicit Window(std::size_t limit) : limit_(limit) {}

  bool has_room() const { return acknowledged_later_.size() < limit_; }
  bool empty() const { return acknowledged_later_.empty() && written_later_.empty(); }
  bool holds(std::uint16_t packet_id) const {
    return std::any_of(acknowledged_later_.begin(), acknowledged_later_.end(),
                       [&](const Sent& sent) { return sent.packet_id == packet_id; });
  }
  void sent(std::uint16_t packet_id, std::uint64_t token, Instant now) {
    acknowledged_later_.push_back({packet_id, token, now});
  }
  void sent_at_qos0(std::uint64_t token) { written_later_.push_back(token); }

  /// The token of this PUBACK; nothing if nobody waits for it.
  std::optional<std::uint64_t> acknowledged(std::uint16_t packet_id) {
    const auto found = std::find_if(acknowledged_later_.begin(), acknowledged_later_.end(),
                                    [&](const Sent& sent) { return sent.packet_id == packet_id; });
    if (found == acknowledged_later_.end()) return std::nullopt;
    const std::uint64_t token = found->token;
    acknowledged_later_.erase(found);  // nearly always the first
    return token;
  }
  /// QoS 0 packets leave in order: the token of the next one that has left.
  std::optional<std::uint64_t> written() {
    if (written_later_.empty()) return std::nullopt;
    const std::uint64_t token = written_later_.front();
    written_later_.pop_front();
    return token;
  }
  /// Since when the oldest PUBACK is due.
  Instant oldest() const {
    return acknowledged_later_.empty() ? Instant::max() : acknowledged_later_.front().at;
  }

 private:
  struct Sent {
    std::uint16_t packet_id;
    std::uint64_t token;
    Instant at;
  };
  std::size_t limit_;
  std::deque<Sent> acknowledged_later_;  // in the order sent, hence of `at`
  std::deque<std::uint64_t> written_later_;
};

}  // namespace wsrelay::mqtt
