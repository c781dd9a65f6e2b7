#include "ws/collector.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace wsrelay::ws {

Collector::Collector(Receiving receiving, std::size_t chunk, std::size_t limit)
    : bounds_{limit, limit}, next_{limit, limit}, receiving_(receiving) {
  adjust(chunk, limit);
}

void Collector::adjust(std::size_t chunk, std::size_t limit) {
  next_ = {receiving_ == Receiving::Chunks ? std::max<std::size_t>(chunk, 1) : limit, limit};
}

void Collector::begin_message(Message::Kind kind) {
  kind_ = kind;
  in_message_ = false;
  before_frame_ = 0;
  if (receiving_ == Receiving::Messages) bounds_ = next_;
  room_ = bounds_.limit;
}

void Collector::begin_frame(bool fin, std::optional<std::uint64_t> length) {
  fin_ = fin;
  continuation_ = std::exchange(in_message_, true);
  frame_length_ = length;
  told_of_frame_ = 0;
  if (receiving_ != Receiving::Messages) bounds_ = next_;  // nothing is collected now
  if (receiving_ == Receiving::Frames) room_ = bounds_.limit;
  if (receiving_ == Receiving::Chunks) room_ = std::numeric_limits<std::uint64_t>::max();
}

void Collector::append(BytesView bytes, EventQueue& events) {
  if (receiving_ != Receiving::Chunks) {
    room_ -= bytes.size();
    return collect(bytes);
  }
  while (!bytes.empty()) {
    // A full chunk waits until it is known whether it ends its frame.
    if (payload_.size() == bounds_.most) tell_part(false, events);
    const std::size_t n = std::min(bytes.size(), bounds_.most - payload_.size());
    collect(bytes.first(n));
    bytes = bytes.subspan(n);
    if (payload_.size() == bounds_.most && frame_length_ &&
        told_of_frame_ + bounds_.most < *frame_length_)
      tell_part(false, events);
  }
}

void Collector::end_frame(EventQueue& events) {
  if (receiving_ != Receiving::Messages) return tell_part(true, events);
  before_frame_ = payload_.size();
  if (fin_) events.push(Received{Message{kind_, take_payload()}});
}

void Collector::collect(BytesView bytes) {
  if (payload_.capacity() - payload_.size() < bytes.size()) make_room(bytes.size());
  payload_.insert(payload_.end(), bytes.begin(), bytes.end());
}

// Ahead of what has come: by at most three times as much where an end is known, and never past it;
// by as much where it is not, and never past the limit. So that growing never needs more than the
// limit beside what is there.
void Collector::make_room(std::size_t more) {
  const std::size_t needed = payload_.size() + more;
  const bool end_known = frame_length_ && (fin_ || receiving_ != Receiving::Messages);
  std::uint64_t end = bounds_.most;
  const std::uint64_t before = receiving_ == Receiving::Messages ? before_frame_ : 0;
  if (end_known) end = std::min(end, before + *frame_length_ - told_of_frame_);
  const std::size_t ahead = end_known ? 4 * needed : payload_.empty() ? needed : 2 * needed;
  payload_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(end, ahead)));
}

void Collector::tell_part(bool completes_frame, EventQueue& events) {
  const std::uint64_t end = told_of_frame_ + payload_.size();
  if (completes_frame) frame_length_ = end;
  const bool length_known = fin_ && frame_length_;
  MessagePart part{.kind = kind_,
                   .payload = {},
                   .continuation = continuation_,
                   .fin = fin_,
                   .last = fin_ && completes_frame,
                   .frame_offset = told_of_frame_,
                   .frame_length = frame_length_,
                   .message_offset = before_frame_ + told_of_frame_};
  if (length_known) part.message_length = before_frame_ + *frame_length_;
  part.payload = take_payload();
  events.push(ReceivedPart{std::move(part)});
  told_of_frame_ = end;
  if (completes_frame) before_frame_ += end;
}

// What growing took in vain goes back: messages may wait long in queues that count their bytes.
Bytes Collector::take_payload() {
  if (payload_.capacity() - payload_.size() > payload_.size() / 4 + 64) payload_.shrink_to_fit();
  return std::exchange(payload_, {});
}

}  // namespace wsrelay::ws
