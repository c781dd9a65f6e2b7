// Whose moment comes next: a binary heap whose entries know their own place, so that moving or
// removing one is O(log n) and needs no search. Entry is anything with `Instant until` and
// `std::size_t heap_place`; entries are not owned and must leave before they die.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace wsrelay::io {

inline constexpr std::size_t kNotInHeap = static_cast<std::size_t>(-1);

template <class Entry>
class TimerHeap {
 public:
  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  Entry& earliest() const { return *entries_.front(); }
  Instant next_moment() const { return empty() ? Instant::max() : earliest().until; }

  /// Puts the entry where its `until` says; Instant::max() means: not in here at all.
  void set(Entry& entry, Instant until) {
    if (entry.until == until && (entry.heap_place != kNotInHeap || until == Instant::max())) return;
    if (until == Instant::max()) return remove(entry);
    entry.until = until;
    if (entry.heap_place == kNotInHeap) {
      entry.heap_place = entries_.size();
      entries_.push_back(&entry);
    }
    rise(entry.heap_place);
    sink(entry.heap_place);
  }
  void remove(Entry& entry) {
    entry.until = Instant::max();
    const std::size_t hole = std::exchange(entry.heap_place, kNotInHeap);
    if (hole == kNotInHeap) return;
    Entry* last = entries_.back();
    entries_.pop_back();
    if (last == &entry) return;
    place(hole, last);
    rise(hole);
    sink(last->heap_place);
  }

 private:
  void place(std::size_t at, Entry* entry) {
    entries_[at] = entry;
    entry->heap_place = at;
  }
  void rise(std::size_t at) {
    Entry* const entry = entries_[at];
    for (; at > 0 && entry->until < entries_[(at - 1) / 2]->until; at = (at - 1) / 2)
      place(at, entries_[(at - 1) / 2]);
    place(at, entry);
  }
  void sink(std::size_t at) {
    Entry* const entry = entries_[at];
    for (std::size_t child = 2 * at + 1; child < entries_.size(); child = 2 * at + 1) {
      if (child + 1 < entries_.size() && entries_[child + 1]->until < entries_[child]->until)
        ++child;
      if (entries_[child]->until >= entry->until) break;
      place(at, entries_[child]);
      at = child;
    }
    place(at, entry);
  }

  std::vector<Entry*> entries_;
};

}  // namespace wsrelay::io
