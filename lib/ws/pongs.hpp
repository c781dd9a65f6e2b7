// Answers Pings within bounds (RFC 6455 §5.5.2–5.5.3), however many come and however slowly the
// server reads. Up to 16 Pongs wait in the output; past them only the latest Ping is remembered
// and answered when those 16 have left. More than 100 Pings a second are an attack.
#pragma once

#include <array>
#include <cstdint>

#include "base/random.hpp"
#include "base/time.hpp"
#include "ws/output_queue.hpp"

namespace wsrelay::ws {

class Pongs {
 public:
  explicit Pongs(Instant now) : receiving_(now), before_(now), spent_until_(now) {}

  /// Counts one Ping; false if there are too many of them.
  bool admit(Instant now);
  void answer(BytesView payload, OutputQueue& output, Random& random);
  /// Bytes left the output: the remembered Pong may have room now.
  void flush(OutputQueue& output, Random& random);

 private:
  void append(BytesView payload, OutputQueue& output, Random& random);

  Instant receiving_;                // the latest moment Pings came
  Instant before_;                   // and the one before
  Instant spent_until_;              // each Ping costs 10 ms of time; a second may be owed
  std::uint64_t last_pong_end_ = 0;  // its position in the output
  unsigned in_output_ = 0;
  bool remembers_ = false;
  std::uint8_t remembered_size_ = 0;
  std::array<std::byte, 125> remembered_{};
};

}  // namespace wsrelay::ws
