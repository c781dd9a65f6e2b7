#include "client/liveness.hpp"

#include <algorithm>
#include <cstring>

namespace wsrelay::client {

Instant Liveness::first_ping(Instant from) const {
  return settings_.interval == Duration::zero() ? Instant::max() : after(from, settings_.interval);
}

Liveness::Verdict Liveness::tick(Instant now) {
  if (sent_) return now >= after(*sent_, settings_.timeout) ? Verdict::Dead : Verdict::Fine;
  if (now < next_ping_) return Verdict::Fine;
  sent_ = now;
  ++count_;
  std::memcpy(payload_.data(), &count_, payload_.size());
  return Verdict::SendPing;
}

std::optional<Duration> Liveness::pong(BytesView payload, Instant now) {
  if (!sent_ || !std::equal(payload.begin(), payload.end(), payload_.begin(), payload_.end()))
    return std::nullopt;
  const Duration round_trip = now - *sent_;
  next_ping_ = first_ping(*sent_);
  sent_.reset();
  return round_trip;
}

void Liveness::excuse(Instant now) {
  if (sent_) sent_ = now;
}

void Liveness::set(Ping settings, Instant now) {
  settings_ = settings;
  if (settings_.interval == Duration::zero()) sent_.reset();
  next_ping_ = first_ping(now);
}

Instant Liveness::deadline() const {
  return sent_ ? after(*sent_, settings_.timeout) : next_ping_;
}

}  // namespace wsrelay::client
