#include "ws/assembler.hpp"

#include <algorithm>
#include <limits>

namespace wsrelay::ws {
namespace {

// Chunks are told as they come: how large a message is and how many frames it has costs nothing.
MessageLimits for_order(Receiving receiving, MessageLimits limits) {
  if (receiving == Receiving::Chunks) limits.frames = std::numeric_limits<std::uint64_t>::max();
  return limits;
}

// How many of the bytes come before the one that is wrong. There is one.
std::size_t good_prefix(Utf8Validator utf8, BytesView bytes) {
  std::size_t at = 0;
  while (utf8.feed(bytes.subspan(at, 1))) ++at;
  return at;
}

}  // namespace

Assembler::Assembler(const Rules& rules)
    : receiving_(rules.receiving),
      max_message_(rules.limits.size),
      order_(for_order(rules.receiving, rules.limits)),
      collector_(rules.receiving, rules.chunk, rules.limits.size) {
  if (rules.deflate) inflater_.emplace(*rules.deflate);
}

void Assembler::adjust(const MessageLimits& limits, std::size_t chunk) {
  max_message_ = limits.size;
  order_.adjust(for_order(receiving_, limits));
  collector_.adjust(chunk, limits.size);
}

std::optional<Violation> Assembler::add(const FramePiece& piece, EventQueue& events) {
  if (add_whole(piece, events)) return std::nullopt;
  if (piece.first)
    if (const auto violation = begin_frame(piece.header)) return violation;
  const auto violation = order_.compressed() ? inflate(piece, events) : accept(piece.bytes, events);
  if (violation || !piece.last) return violation;
  if (piece.header.fin && is_text() && !utf8_.complete())
    return Violation{CloseCode::InvalidPayload, "text ends inside a UTF-8 character"};
  order_.end_frame(piece.header.fin);
  collector_.end_frame(events);
  return std::nullopt;
}

// The usual case, done at once: a message in one frame that is here in one piece. Whatever is wrong
// with it the long way will find.
bool Assembler::add_whole(const FramePiece& piece, EventQueue& events) {
  const FrameHeader& header = piece.header;
  if (receiving_ != Receiving::Messages || !piece.first || !piece.last || !header.fin ||
      header.rsv != 0 || header.opcode == Opcode::Continuation || order_.in_message() ||
      header.length > max_message_)
    return false;
  const bool text = header.opcode == Opcode::Text;
  if (text && !is_utf8(piece.bytes)) return false;
  events.push(Received{Message{text ? Message::Kind::Text : Message::Kind::Binary,
                               Bytes(piece.bytes.begin(), piece.bytes.end())}});
  return true;
}

std::optional<Violation> Assembler::begin_frame(const FrameHeader& header) {
  if (auto violation = order_.begin_frame(header)) return violation;
  if (order_.compressed() && !inflater_)
    return Violation{CloseCode::ProtocolError, "reserved bit set"};
  if (header.opcode != Opcode::Continuation) {
    collector_.begin_message(order_.kind());
    utf8_.reset();
  }
  if (order_.compressed()) {
    collector_.begin_frame(header.fin, std::nullopt);
    return std::nullopt;
  }
  collector_.begin_frame(header.fin, header.length);
  if (header.length > collector_.room()) return too_big();
  return std::nullopt;
}

std::optional<Violation> Assembler::inflate(const FramePiece& piece, EventQueue& events) {
  compressed_ += piece.bytes.size();
  return inflater_->inflate(piece.bytes, piece.last && piece.header.fin, [&](BytesView plain) {
    decompressed_ += plain.size();
    return accept(plain, events);
  });
}

Violation Assembler::too_big() const {
  return {CloseCode::TooBig, receiving_ == Receiving::Frames ? "frame larger than allowed"
                                                             : "message larger than allowed"};
}

// What fits counts before what does not, so that it does not matter how the bytes were cut.
std::optional<Violation> Assembler::accept(BytesView plain, EventQueue& events) {
  const BytesView fits = plain.first(
      static_cast<std::size_t>(std::min<std::uint64_t>(plain.size(), collector_.room())));
  // §8.1: fail as soon as the bytes cannot be UTF-8, not when the message ends.
  const Utf8Validator before = utf8_;
  if (is_text() && !utf8_.feed(fits)) {
    collector_.append(fits.first(good_prefix(before, fits)), events);
    return Violation{CloseCode::InvalidPayload, "text is not UTF-8"};
  }
  if (fits.size() < plain.size()) return too_big();
  collector_.append(fits, events);
  return std::nullopt;
}

}  // namespace wsrelay::ws
