#include "ws/assembler.hpp"

#include <algorithm>
#include <utility>

namespace wsrelay::ws {

Assembler::Step Assembler::add(const FramePiece& piece) {
  if (piece.first)
    if (const auto violation = begin_frame(piece.header)) return *violation;
  // §8.1: fail as soon as the bytes cannot be UTF-8, not when the message ends.
  const bool is_text = message_.kind == Message::Kind::Text;
  if (is_text && !utf8_.feed(piece.bytes))
    return Violation{CloseCode::InvalidPayload, "text is not UTF-8"};
  append(piece);
  if (!piece.last || !piece.header.fin) return NeedMore{};
  if (is_text && !utf8_.complete())
    return Violation{CloseCode::InvalidPayload, "text ends inside a UTF-8 character"};
  frames_ = 0;
  return std::exchange(message_, Message{});
}

std::optional<Violation> Assembler::begin_frame(const FrameHeader& header) {
  // §5.4: fragments follow one another until the one with FIN; messages do not interleave.
  const bool continues = header.opcode == Opcode::Continuation;
  if (continues && frames_ == 0)
    return Violation{CloseCode::ProtocolError, "continuation of no message"};
  if (!continues && frames_ > 0)
    return Violation{CloseCode::ProtocolError, "new message inside an unfinished one"};
  if (!continues) {
    message_.kind = header.opcode == Opcode::Text ? Message::Kind::Text : Message::Kind::Binary;
    utf8_.reset();
    empty_frames_ = 0;
  }
  // Compared this way round: `size + length` could wrap.
  if (header.length > limits_.size - message_.payload.size())
    return Violation{CloseCode::TooBig, "message larger than allowed"};
  // A message costs its bytes, but also its frames: a million empty ones must not be free.
  empty_frames_ = header.length == 0 ? empty_frames_ + 1 : 0;
  if (++frames_ > limits_.frames || empty_frames_ > limits_.empty_frames)
    return Violation{CloseCode::PolicyViolation, "message in too many frames"};
  frame_pending_ = header.length;
  return std::nullopt;
}

void Assembler::append(const FramePiece& piece) {
  Bytes& payload = message_.payload;
  const std::size_t needed = payload.size() + piece.bytes.size();
  // Ahead of what has come by at most three times as much, and never past the frame's end.
  const std::uint64_t promised = payload.size() + frame_pending_;
  if (needed > payload.capacity() && !piece.last)
    payload.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(promised, 4 * needed)));
  payload.insert(payload.end(), piece.bytes.begin(), piece.bytes.end());
  frame_pending_ -= piece.bytes.size();
}

}  // namespace wsrelay::ws
