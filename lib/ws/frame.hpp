// RFC 6455 §5.2: the head of a frame as a value, and a piece of a frame as it arrives.
// Masking is not part of it: what a client receives is never masked, what it sends always is.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "ws/opcode.hpp"

namespace wsrelay::ws {

/// The reserved bits as they stand in the first byte, shifted down: RSV1 = 4, RSV2 = 2, RSV3 = 1.
inline constexpr std::uint8_t kRsv1 = 4;

struct FrameHeader {
  Opcode opcode = Opcode::Text;
  bool fin = true;
  std::uint8_t rsv = 0;
  std::uint64_t length = 0;  // of the payload

  friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Payload as it came, with the head it belongs to. A frame is told as one or more pieces; the
/// first and the last say so, and a frame that came whole is both at once.
struct FramePiece {
  FrameHeader header;
  BytesView bytes;  // looks into the caller's buffer
  bool first = true;
  bool last = true;
};

/// Nothing more can be told before more bytes come.
struct NeedMore {};

}  // namespace wsrelay::ws
