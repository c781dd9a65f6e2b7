// Whose turn it is to publish: the lanes that have something stand in a ring and are served by
// deficit round robin, so that a loud instance cannot starve a quiet one. O(1) per publication,
// however many instances there are.
#pragma once

#include <cstddef>
#include <deque>

#include "base/publication.hpp"
#include "bridge/lane.hpp"
#include "route/table.hpp"

namespace wsrelay::bridge {

/// A publish lane and its place in the ring. Must leave() the ring before it dies.
struct RingSeat {
  RingSeat(route::InstanceId owner, config::Lane bounds) : instance(owner), lane(bounds) {}
  route::InstanceId instance;
  Lane<Publication> lane;
  std::size_t deficit = 0;  // bytes it may still publish in this round
  bool in_ring = false;
};

class PublishRing {
 public:
  void enter(RingSeat& seat) {
    if (seat.in_ring) return;
    seat.in_ring = true;
    ring_.push_back(&seat);
  }
  void leave(RingSeat& seat) {
    if (seat.in_ring) std::erase(ring_, &seat);
    seat.in_ring = false;
  }
  /// The seat whose lane is next; its lane has something waiting. Null: all are empty.
  RingSeat* serve() {
    while (!ring_.empty()) {
      RingSeat& seat = *ring_.front();
      if (!seat.lane.has_waiting()) {
        seat.in_ring = false;
        seat.deficit = 0;
        ring_.pop_front();
        continue;
      }
      const std::size_t weight = seat.lane.next_weight();
      if (seat.deficit >= weight) {
        seat.deficit -= weight;
        return &seat;
      }
      seat.deficit += kQuantum;
      ring_.pop_front();
      ring_.push_back(&seat);
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kQuantum =
      16 * 1024;  // bytes: some hundred small messages, or a part of a large one
  std::deque<RingSeat*> ring_;
};

}  // namespace wsrelay::bridge
