#include "ws/frame_decoder.hpp"

#include <algorithm>
#include <cstring>

namespace wsrelay::ws {
namespace {

constexpr std::uint8_t kLengthMask = 0x7F;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;
constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

constexpr std::uint8_t number(std::byte byte) {
  return static_cast<std::uint8_t>(byte);
}

// Bytes of the whole head, known from its second byte. A server's head has no masking key.
constexpr std::size_t head_size(std::uint8_t second) {
  const auto length = static_cast<std::uint8_t>(second & kLengthMask);
  return length == kLength16 ? 4 : length == kLength64 ? 10 : 2;
}

std::uint64_t big_endian(const std::byte* at, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | number(at[i]);
  return value;
}

}  // namespace

FrameDecoder::Step FrameDecoder::decode(BytesView& input) {
  if (in_frame_) return input.empty() ? Step(NeedMore{}) : next_piece(input, false);
  if (deaf_) input = {};
  if (input.empty()) return NeedMore{};
  return begin_frame(input);
}

// The usual case first: nothing held back, and the whole head is here.
FrameDecoder::Step FrameDecoder::begin_frame(BytesView& input) {
  if (held_size_ > 0 || input.size() < 2 || input.size() < head_size(number(input[1])))
    return gather(input);
  const std::byte* head = input.data();
  if (auto whole = small_frame(input)) return *whole;
  if (const auto violation = parse(head)) return refuse(*violation);
  input = input.subspan(head_size(number(head[1])));
  return next_piece(input, true);
}

// A short data frame without reserved bits that is here whole: nothing has to be remembered of it,
// which halves its cost. Anything else is for parse() to judge.
std::optional<FramePiece> FrameDecoder::small_frame(BytesView& input) {
  const std::uint8_t first = number(input[0]);
  const std::uint8_t second = number(input[1]);
  constexpr std::uint8_t kAllButFin = 0x7F;
  if ((first & kAllButFin) > static_cast<std::uint8_t>(Opcode::Binary)) return std::nullopt;
  if (second >= kLength16 || input.size() < std::size_t{2} + second) return std::nullopt;
  const FramePiece piece{.header = {.opcode = static_cast<Opcode>(first & 0x0F),
                                    .fin = (first & 0x80) != 0,
                                    .rsv = 0,
                                    .length = second},
                         .bytes = input.subspan(2, second)};
  input = input.subspan(std::size_t{2} + second);
  return piece;
}

FrameDecoder::Step FrameDecoder::gather(BytesView& input) {
  for (;;) {
    const std::size_t need = held_size_ < 2 ? 2 : head_size(number(held_[1]));
    const std::size_t n = std::min(need - held_size_, input.size());
    std::memcpy(held_.data() + held_size_, input.data(), n);
    held_size_ = static_cast<std::uint8_t>(held_size_ + n);
    input = input.subspan(n);
    if (held_size_ < need) return NeedMore{};
    if (const auto wrong = check_opening(number(held_[0]), number(held_[1]))) return refuse(*wrong);
    if (held_size_ < head_size(number(held_[1]))) {
      if (input.empty()) return NeedMore{};
      continue;
    }
    if (const auto violation = parse(held_.data())) return refuse(*violation);
    held_size_ = 0;
    return next_piece(input, true);
  }
}

FrameDecoder::Step FrameDecoder::next_piece(BytesView& input, bool first) {
  const std::size_t most = reserved_ ? std::min(input.size(), kMostReserved) : input.size();
  const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, most));
  const BytesView bytes = input.first(n);
  input = input.subspan(n);
  remaining_ -= n;
  in_frame_ = remaining_ > 0;
  return FramePiece{.header = header_, .bytes = bytes, .first = first, .last = !in_frame_};
}

// What the first two bytes alone can tell, in the order of their bits.
std::optional<Violation> FrameDecoder::check_opening(std::uint8_t first,
                                                     std::uint8_t second) const {
  const auto opcode = static_cast<Opcode>(first & 0x0F);
  const bool starts_message = opcode == Opcode::Text || opcode == Opcode::Binary;
  // §5.2: RSV "MUST be 0 unless an extension is negotiated that defines meanings". RFC 7692 §6:
  // only on a message's first frame.
  const int allowed = starts_message ? allowed_rsv_ : 0;
  if (((first >> 4 & 7) & ~allowed) != 0)
    return Violation{CloseCode::ProtocolError, "reserved bit set"};
  // §5.2: "If an unknown opcode is received, the receiving endpoint MUST _Fail_".
  if (!is_known(opcode)) return Violation{CloseCode::ProtocolError, "unknown opcode"};
  // §5.5: control frames "MUST have a payload length of 125 bytes or less and MUST NOT be
  // fragmented".
  if (is_control(opcode) && (first & 0x80) == 0)
    return Violation{CloseCode::ProtocolError, "fragmented control frame"};
  // §5.1: "A client MUST close a connection if it detects a masked frame."
  if ((second & 0x80) != 0)
    return Violation{CloseCode::ProtocolError, "masked frame from the server"};
  if (is_control(opcode) && (second & kLengthMask) > 125)
    return Violation{CloseCode::ProtocolError, "control frame longer than 125 bytes"};
  return std::nullopt;
}

std::optional<Violation> FrameDecoder::parse(const std::byte* head) {
  const std::uint8_t first = number(head[0]);
  const std::uint8_t second = number(head[1]);
  if (auto violation = check_opening(first, second)) return violation;
  std::uint64_t length = second & kLengthMask;
  if (length >= kLength16) {
    // §5.2: "the minimal number of bytes MUST be used to encode the length"; "the most significant
    // bit MUST be 0".
    const bool wide = length == kLength64;
    length = big_endian(head + 2, wide ? 8 : 2);
    if (length >= kTopBit) return Violation{CloseCode::ProtocolError, "length has its top bit set"};
    if (length < (wide ? 0x10000U : kLength16))
      return Violation{CloseCode::ProtocolError, "length not in its shortest form"};
  }
  header_ = FrameHeader{.opcode = static_cast<Opcode>(first & 0x0F),
                        .fin = (first & 0x80) != 0,
                        .rsv = static_cast<std::uint8_t>(first >> 4 & 7),
                        .length = length};
  remaining_ = length;
  if (header_.opcode == Opcode::Text || header_.opcode == Opcode::Binary)
    reserved_ = header_.rsv != 0;
  return std::nullopt;
}

FrameDecoder::Step FrameDecoder::refuse(Violation violation) {
  deaf_ = true;
  return violation;
}

}  // namespace wsrelay::ws
