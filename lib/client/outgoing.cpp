#include "client/outgoing.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsrelay::client {
namespace {

constexpr std::size_t kMostControlBytes = 125;  // RFC 6455 §5.5

bool begins_message(const Outgoing& item) {
  return item.opcode == ws::Opcode::Text || item.opcode == ws::Opcode::Binary;
}

}  // namespace

Result<void> SendQueue::push(Outgoing item) {
  const bool control = ws::is_control(item.opcode);
  if (auto placed = check_place(item); !placed) return placed;
  if (!control && skipping_ && !begins_message(item)) {
    if (item.fin) in_parts_ = skipping_ = false;
    return {};
  }
  if (size() >= bounds_.items || item.payload.size() > bounds_.bytes - bytes_)
    return fail(Fault::Local, fmt::format("the queue is full: {} items, {} bytes", size(), bytes_));
  if (!control) {
    if (auto valid = check_text(item); !valid) return valid;
    in_parts_ = !item.fin;
    skipping_ = false;
  }
  bytes_ += item.payload.size();
  waiting_.push_back(std::move(item));
  return {};
}

Result<void> SendQueue::check_place(const Outgoing& item) const {
  if (!ws::is_known(item.opcode) || item.opcode == ws::Opcode::Close)
    return fail(Fault::Local, "a Close frame or an unknown opcode cannot be queued");
  // §5.5: control frames MUST have a payload of 125 bytes or less and MUST NOT be fragmented.
  if (ws::is_control(item.opcode)) {
    if (item.payload.size() > kMostControlBytes)
      return fail(Fault::Local, "a Ping or Pong has at most 125 bytes");
    return {};
  }
  // §5.4: the fragments of one message MUST NOT be interleaved with those of another.
  if (!begins_message(item) && !in_parts_)
    return fail(Fault::Local, "a continuation without a message that it continues");
  if (begins_message(item) && in_parts_ && !skipping_)
    return fail(Fault::Local, "a new message inside one that has no end yet");
  return {};
}

// The validator's state counts only if the item is taken.
Result<void> SendQueue::check_text(const Outgoing& item) {
  if (begins_message(item)) message_ = item.opcode;
  if (message_ != ws::Opcode::Text) return {};
  Utf8Validator text = begins_message(item) ? Utf8Validator() : text_;
  // §5.6: "the whole message MUST contain valid UTF-8"; a fragment may end inside a character.
  if (!text.feed(item.payload) || (item.fin && !text.complete()))
    return fail(Fault::Local, "a text message must be UTF-8");
  text_ = text;
  return {};
}

Outgoing* SendQueue::front() {
  return waiting_.empty() ? nullptr : &waiting_.front();
}

void SendQueue::sent_front() {
  handed_.splice(handed_.end(), waiting_, waiting_.begin());
}

void SendQueue::settle_oldest() {
  bytes_ -= handed_.front().payload.size();
  handed_.pop_front();
}

std::size_t SendQueue::rewind() {
  const std::size_t before = size();
  std::erase_if(handed_, [&](const Outgoing& item) {
    if (!ws::is_control(item.opcode)) return false;
    bytes_ -= item.payload.size();
    return true;
  });
  waiting_.splice(waiting_.begin(), handed_);
  // A continuation without its beginning: that one was settled, so it has left.
  bool begun = false;
  std::erase_if(waiting_, [&](const Outgoing& item) {
    if (ws::is_control(item.opcode)) return false;
    begun = begun || begins_message(item);
    if (begun) return false;
    bytes_ -= item.payload.size();
    return true;
  });
  skipping_ = in_parts_ && !begun;
  return before - size();
}

}  // namespace wsrelay::client
