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
  std::size_t weight = publication.payload.size() + publication.topic.size() + kRecordBytes;
  for (const auto& property : publication.user_properties)
    weight += property.first.size() + property.second.size();
  return weight;
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

extern template class Lane<Message>;
extern template class Lane<Publication>;

}  // namespace wsrelay::bridge
