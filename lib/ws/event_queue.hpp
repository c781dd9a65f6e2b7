// Events between the call that caused them and the caller who asks: first in, first out. Its
// memory is reused; what a burst took is given back once it is read.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ws/session.hpp"

namespace wsrelay::ws {

class EventQueue {
 public:
  /// Takes any one kind of event and builds it in place.
  template <class Kind>
  void push(Kind event) {
    events_.emplace_back(std::move(event));
  }

  bool empty() const { return next_ == events_.size(); }

  std::optional<Event> pop() {
    if (empty()) return std::nullopt;
    std::optional<Event> event(std::move(events_[next_++]));
    if (empty()) reuse();
    return event;
  }

 private:
  static constexpr std::size_t kKept = 8;

  // After a burst the next, smaller fill lets its memory go: idle sessions are many.
  void reuse() {
    const bool oversized = events_.capacity() > kKept && events_.size() < events_.capacity() / 8;
    events_.clear();
    next_ = 0;
    if (oversized) events_.shrink_to_fit();
  }

  std::vector<Event> events_;
  std::size_t next_ = 0;
};

}  // namespace wsrelay::ws
