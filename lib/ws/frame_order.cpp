#include "ws/frame_order.hpp"

namespace wsrelay::ws {

std::optional<Violation> FrameOrder::begin_frame(const FrameHeader& header) {
  // §5.4: fragments follow one another until the one with FIN; messages do not interleave.
  const bool continues = header.opcode == Opcode::Continuation;
  if (continues && frames_ == 0)
    return Violation{CloseCode::ProtocolError, "continuation of no message"};
  if (!continues && frames_ > 0)
    return Violation{CloseCode::ProtocolError, "new message inside an unfinished one"};
  if (!continues) {
    kind_ = header.opcode == Opcode::Text ? Message::Kind::Text : Message::Kind::Binary;
    compressed_ = (header.rsv & kRsv1) != 0;
    empty_ = 0;
    most_frames_ = next_most_frames_;
  }
  // A message costs its bytes, but also its frames: a million empty ones must not be free.
  empty_ = header.length == 0 ? empty_ + 1 : 0;
  if (++frames_ > most_frames_ || empty_ > most_empty_)
    return Violation{CloseCode::PolicyViolation, "message in too many frames"};
  return std::nullopt;
}

}  // namespace wsrelay::ws
