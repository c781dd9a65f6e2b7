// Is the peer still there? Decides when to ping and when to give up. A value: time in, verdict out.
// RFC 6455 §5.5.2–5.5.3: a Pong echoes the Ping's payload, so the newest Pong that matches tells
// the round trip; unsolicited Pongs tell nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "client/settings.hpp"

namespace wsrelay::client {

class Liveness {
 public:
  Liveness(Ping settings, Instant opened) : settings_(settings), next_ping_(first_ping(opened)) {}

  enum class Verdict : std::uint8_t { Fine, SendPing, Dead };
  /// After SendPing the caller sends payload(). Late or spurious calls do no harm.
  Verdict tick(Instant now);
  BytesView payload() const { return payload_; }

  /// The round trip, if this Pong answers the Ping under way.
  std::optional<Duration> pong(BytesView payload, Instant now);
  /// Nothing was read for a while because we did not want to: the silence proves nothing.
  void excuse(Instant now);
  void set(Ping settings, Instant now);
  Instant deadline() const;

 private:
  Instant first_ping(Instant from) const;

  Ping settings_;
  Instant next_ping_;
  std::optional<Instant> sent_;  // the Ping under way
  std::uint64_t count_ = 0;
  std::array<std::byte, 8> payload_{};
};

}  // namespace wsrelay::client
