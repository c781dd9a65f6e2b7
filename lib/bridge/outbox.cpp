#include "bridge/outbox.hpp"

namespace wsrelay::bridge {
namespace {

// The two lowest bits tell whose token it is.
enum class Kind : std::uint64_t { Document = 0, Event = 1, Clear = 2 };

constexpr std::uint64_t token_for(Kind kind, std::uint64_t number) {
  return number << 2 | static_cast<std::uint64_t>(kind);
}

}  // namespace

void Outbox::mark(DocumentKey key) {
  if (dirty_.insert(key).second) order_.push_back(key);
}

void Outbox::keep(const std::string& topic) {
  clearing_.erase(topic);
  std::erase_if(clears_flying_, [&](const auto& each) { return each.second == topic; });
}

std::optional<Outbox::Item> Outbox::next(Instant now) {
  if (const Publication* event = events_.next(now))
    return Item{event, token_for(Kind::Event, events_.last_token())};
  if (auto clear = next_clear()) return clear;
  return next_document();
}

std::optional<Outbox::Item> Outbox::next_clear() {
  if (clearing_.empty()) return std::nullopt;
  auto topic = clearing_.extract(clearing_.begin());
  // MQTT 5.0 §3.3.1.3: a retained message with an empty payload removes the one that stands there.
  current_ = {.topic = topic.value(), .payload = {}, .qos = 1, .retain = true};
  clears_flying_.emplace(++tokens_, std::move(topic.value()));
  return Item{&current_, token_for(Kind::Clear, tokens_)};
}

std::optional<Outbox::Item> Outbox::next_document() {
  while (!order_.empty()) {
    const DocumentKey key = order_.front();
    order_.pop_front();
    dirty_.erase(key);
    auto written = writer_.write(key);
    if (!written) continue;
    current_ = std::move(*written);
    flying_.emplace(++tokens_, key);
    return Item{&current_, token_for(Kind::Document, tokens_)};
  }
  return std::nullopt;
}

void Outbox::settle(std::uint64_t token, bool arrived) {
  const std::uint64_t number = token >> 2;
  switch (static_cast<Kind>(token & 3)) {
    case Kind::Event:
      return events_.settle(number, arrived ? std::nullopt : std::optional(Drop::RejectedByBroker));
    // What the broker refused is not tried again until it changes.
    case Kind::Document:
      flying_.erase(number);
      return;
    case Kind::Clear:
      clears_flying_.erase(number);
      return;
  }
}

void Outbox::rewind() {
  events_.rewind();
  for (const auto& [token, key] : flying_) mark(key);
  flying_.clear();
  for (auto& [token, topic] : clears_flying_) clearing_.insert(std::move(topic));
  clears_flying_.clear();
}

}  // namespace wsrelay::bridge
