#include "bridge/lane.hpp"

namespace wsrelay::bridge {

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

template class Lane<Message>;
template class Lane<Publication>;

}  // namespace wsrelay::bridge
