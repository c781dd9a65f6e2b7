#include "client/liveness.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wsrelay::client {
namespace {

constexpr int kMostTimeouts = 4;

}  // namespace

Instant Liveness::first_ping(Instant from) const {
  return ping_.interval == Duration::zero() ? Instant::max() : after(from, ping_.interval);
}

Instant Liveness::patience() const {
  const Duration timeout = std::min(ping_.timeout, Duration::max() / kMostTimeouts);
  return std::min(after(std::max(*sent_, heard_), timeout), after(*sent_, kMostTimeouts * timeout));
}

Liveness::Verdict Liveness::tick(Instant now) {
  if (now >= after(data_at_, data_.after)) return Verdict::Idle;
  if (now < deadline()) return Verdict::Fine;
  if (waiting_) {
    if (ping_.on_timeout == Ping::OnTimeout::Reconnect) return Verdict::Dead;
    waiting_ = false;
    next_ping_ = first_ping(now);
    return std::exchange(warned_, true) ? Verdict::Fine : Verdict::Late;
  }
  sent_ = now;
  waiting_ = true;
  ++count_;
  std::memcpy(payload_.data(), &count_, payload_.size());
  return Verdict::SendPing;
}

std::optional<Duration> Liveness::pong(BytesView payload, Instant now) {
  if (!sent_ || !std::equal(payload.begin(), payload.end(), payload_.begin(), payload_.end()))
    return std::nullopt;
  const Duration round_trip = now - *sent_;
  if (waiting_) next_ping_ = first_ping(*sent_);
  sent_.reset();
  waiting_ = warned_ = false;
  return round_trip;
}

void Liveness::excuse(Instant now) {
  if (sent_) sent_ = now;
  data_at_ = now;
}

void Liveness::set(Ping ping, Data data, Instant now) {
  ping_ = ping;
  data_ = data;
  if (ping_.interval == Duration::zero()) {
    sent_.reset();
    waiting_ = false;
  }
  next_ping_ = first_ping(now);
}

Instant Liveness::deadline() const {
  return std::min(waiting_ ? patience() : next_ping_, after(data_at_, data_.after));
}

}  // namespace wsrelay::client
