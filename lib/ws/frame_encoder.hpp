// Glues frames for the server (RFC 6455 §5.2): always masked, lengths always in their shortest
// form, a fresh key from `random` for each frame. Head and masked payload go straight to `output`.
#pragma once

#include <cstdint>

#include "base/random.hpp"
#include "ws/opcode.hpp"
#include "ws/output_queue.hpp"

namespace wsrelay::ws {

struct FrameBits {
  bool fin = true;
  std::uint8_t rsv = 0;
};

void append_frame(OutputQueue& output, Opcode opcode, BytesView payload, Random& random,
                  FrameBits bits = {});

}  // namespace wsrelay::ws
