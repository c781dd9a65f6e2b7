// The bounded, ordered queue of one instance in one direction, and its books. The one place where
// bounds, overflow and counting live. In memory.
//
//   push    a message came: taken, or counted as dropped by the overflow policy
//   next    the oldest that waits goes in flight; the pointer lives until it is settled
//   settle  it arrived, or was dropped on the way       (any order; the books do not care)
//   rewind  the connection is gone: what was in flight waits again, in its old place
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/message.hpp"
#include "base/publication.hpp"
#include "base/time.hpp"
#include "bridge/drop.hpp"
#include "config/config.hpp"

namespace wsrelay::bridge {

/// What a queued message is charged: its bytes and a flat sum for the record around them.
inline constexpr std::size_t kRecordBytes = 64;
inline std::size_t weight_of(const Message& message) {
  return message.payload.size() + kRecordBytes;
}
inline std::size_t weight_of(const Publication& publication) {
  return publication.payload.size() + publication.topic.size() + kRecordBytes;
}

template <class Item>
class Lane {
 public:
  explicit Lane(config::Lane bounds) : bounds_(bounds) {}

  bool push(Item item, Instant now);
  /// Came, but will not be queued: the books want to know all the same.
  void refuse(Drop why, std::size_t payload_bytes);

  const Item* next(Instant now);
  std::uint64_t last_token() const { return last_token_; }
  void settle(std::uint64_t token, std::optional<Drop> dropped);
  void settle_oldest();  // of those in flight
  void rewind();
  void drop_all(Drop why);
  /// Lets go of what waits longer than max_age; push and next do it by themselves.
  void expire(Instant now);

  bool has_waiting();
  std::size_t next_weight() const { return entries_[cursor_].weight; }  // only if has_waiting()
  bool full() const { return count_ >= bounds_.max_messages || bytes_ >= bounds_.max_bytes; }
  bool empty() const { return count_ == 0; }
  std::size_t queued() const { return count_; }
  std::size_t queued_bytes() const { return bytes_; }
  const Counters& counters() const { return counters_; }
  const config::Lane& bounds() const { return bounds_; }
  void set(config::Lane bounds) { bounds_ = bounds; }  // what is over the new bounds may stay

 private:
  enum class Stage : std::uint8_t { Waiting, InFlight, Done };
  struct Entry {
    Item item;
    Instant arrived;
    std::size_t weight;
    Stage stage;
  };

  bool fits(std::size_t weight) const {
    return count_ < bounds_.max_messages && bytes_ + weight <= bounds_.max_bytes;
  }
  void close_entry(Entry& entry, std::optional<Drop> dropped);
  void trim();

  config::Lane bounds_;
  std::deque<Entry> entries_;  // in order of arrival; the front one is never Done
  std::uint64_t first_ = 1;    // token of the front entry
  std::size_t cursor_ = 0;     // nothing before it is Waiting
  std::size_t count_ = 0;      // Waiting and InFlight
  std::size_t bytes_ = 0;
  std::uint64_t last_token_ = 0;
  Counters counters_;
};

template <class Item>
bool Lane<Item>::push(Item item, Instant now) {
  expire(now);
  ++counters_.received;
  counters_.bytes += item.payload.size();
  const std::size_t weight = weight_of(item);
  const auto drop = [&](Drop why) {
    ++counters_.of(why);
    return false;
  };
  if (weight > bounds_.max_bytes) return drop(Drop::TooLarge);
  switch (bounds_.overflow) {
    case config::Overflow::Block:
      break;  // the source is paused; what it had read already is taken
    case config::Overflow::DropNewest:
    case config::Overflow::Close:
      if (!fits(weight)) return drop(Drop::Overflow);
      break;
    case config::Overflow::DropOldest:
      while (!fits(weight) && has_waiting()) close_entry(entries_[cursor_], Drop::Overflow);
      trim();
      if (!fits(weight)) return drop(Drop::Overflow);  // all the rest is in flight
  }
  entries_.push_back(Entry{std::move(item), now, weight, Stage::Waiting});
  ++count_;
  bytes_ += weight;
  return true;
}

template <class Item>
void Lane<Item>::refuse(Drop why, std::size_t payload_bytes) {
  ++counters_.received;
  counters_.bytes += payload_bytes;
  ++counters_.of(why);
}

template <class Item>
bool Lane<Item>::has_waiting() {
  while (cursor_ < entries_.size() && entries_[cursor_].stage != Stage::Waiting) ++cursor_;
  return cursor_ < entries_.size();
}

template <class Item>
const Item* Lane<Item>::next(Instant now) {
  expire(now);
  if (!has_waiting()) return nullptr;
  Entry& entry = entries_[cursor_];
  entry.stage = Stage::InFlight;
  last_token_ = first_ + cursor_++;
  return &entry.item;
}

template <class Item>
void Lane<Item>::settle(std::uint64_t token, std::optional<Drop> dropped) {
  if (token < first_ || token - first_ >= entries_.size()) return;  // settled before
  Entry& entry = entries_[token - first_];
  if (entry.stage == Stage::InFlight) close_entry(entry, dropped);
  trim();
}

template <class Item>
void Lane<Item>::settle_oldest() {
  for (Entry& entry : entries_) {
    if (entry.stage != Stage::InFlight) continue;
    close_entry(entry, std::nullopt);
    break;
  }
  trim();
}

template <class Item>
void Lane<Item>::rewind() {
  for (Entry& entry : entries_)
    if (entry.stage == Stage::InFlight) entry.stage = Stage::Waiting;
  cursor_ = 0;
}

template <class Item>
void Lane<Item>::drop_all(Drop why) {
  for (Entry& entry : entries_)
    if (entry.stage != Stage::Done) close_entry(entry, why);
  trim();
}

template <class Item>
void Lane<Item>::expire(Instant now) {
  if (bounds_.max_age == Duration::max()) return;
  while (has_waiting() && after(entries_[cursor_].arrived, bounds_.max_age) <= now)
    close_entry(entries_[cursor_], Drop::Age);
  trim();
}

template <class Item>
void Lane<Item>::close_entry(Entry& entry, std::optional<Drop> dropped) {
  ++(dropped ? counters_.of(*dropped) : counters_.delivered);
  --count_;
  bytes_ -= entry.weight;
  entry.stage = Stage::Done;
  entry.item = Item{};  // the payload's memory goes now, not when the front is reached
}

template <class Item>
void Lane<Item>::trim() {
  while (!entries_.empty() && entries_.front().stage == Stage::Done) {
    entries_.pop_front();
    ++first_;
    if (cursor_ > 0) --cursor_;
  }
}

}  // namespace wsrelay::bridge
