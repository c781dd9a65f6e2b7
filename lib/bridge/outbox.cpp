#include "bridge/outbox.hpp"

namespace wsrelay::bridge {
namespace {

// The lowest bit tells an event's token from a document's.
constexpr std::uint64_t event_token(std::uint64_t token) {
  return token << 1 | 1;
}
constexpr std::uint64_t document_token(std::uint64_t token) {
  return token << 1;
}

}  // namespace

void Outbox::mark(DocumentKey key) {
  if (dirty_.insert(key).second) order_.push_back(key);
}

std::optional<Outbox::Item> Outbox::next(Instant now) {
  if (const Publication* event = events_.next(now))
    return Item{event, event_token(events_.last_token())};
  while (!order_.empty()) {
    const DocumentKey key = order_.front();
    order_.pop_front();
    dirty_.erase(key);
    auto written = writer_.write(key);
    if (!written) continue;
    current_ = std::move(*written);
    flying_.emplace(++tokens_, key);
    return Item{&current_, document_token(tokens_)};
  }
  return std::nullopt;
}

void Outbox::settle(std::uint64_t token, bool arrived) {
  if ((token & 1) != 0)
    events_.settle(token >> 1, arrived ? std::nullopt : std::optional(Drop::RejectedByBroker));
  else
    flying_.erase(token >> 1);  // a refused document is not tried again until it changes
}

void Outbox::rewind() {
  events_.rewind();
  for (const auto& [token, key] : flying_) mark(key);
  flying_.clear();
}

}  // namespace wsrelay::bridge
