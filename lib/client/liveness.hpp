// Is the peer still there, and does it still say something? Decides when to ping and when to give
// up. A value: time in, verdict out.
// RFC 6455 §5.5.2–5.5.3: a Pong echoes the Ping's payload, so the newest Pong that matches tells
// the round trip; unsolicited Pongs tell nothing. Bytes that keep coming are a sign of life, for a
// Pong may stand behind a large message on a slow line; but not for ever.
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
  Liveness(Ping ping, Data data, Instant opened)
      : ping_(ping), data_(data), next_ping_(first_ping(opened)), data_at_(opened) {}

  enum class Verdict : std::uint8_t {
    Fine,
    SendPing,
    Late,  // Ping::OnTimeout::Warn; told once, until a Pong comes again
    Dead,
    Idle,  // no data for too long
  };
  /// After SendPing the caller sends payload(). Late or spurious calls do no harm.
  Verdict tick(Instant now);
  BytesView payload() const { return payload_; }

  /// Bytes came, whatever they are: they put off the end of the wait, up to four times its length.
  void heard(Instant now) { heard_ = now; }
  /// A data frame came, or bytes that belong to one.
  void heard_data(Instant now) { data_at_ = now; }
  /// The round trip, if this Pong answers the newest Ping.
  std::optional<Duration> pong(BytesView payload, Instant now);
  /// Nothing was read for a while because we did not want to: the silence proves nothing.
  void excuse(Instant now);
  void set(Ping ping, Data data, Instant now);
  Instant deadline() const;

 private:
  Instant first_ping(Instant from) const;
  Instant patience() const;  // until when the Pong is waited for

  Ping ping_;
  Data data_;
  Instant next_ping_;
  Instant data_at_;
  std::optional<Instant> sent_;  // the newest Ping, unanswered
  Instant heard_ = Instant::min();
  bool waiting_ = false;  // for its Pong
  bool warned_ = false;
  std::uint64_t count_ = 0;
  std::array<std::byte, 8> payload_{};
};

}  // namespace wsrelay::client
