#include "mqtt/packet_cutter.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsrelay::mqtt {

Result<std::optional<PacketCutter::Piece>> PacketCutter::next(BytesView& input) {
  if (violation_) return tl::unexpected(*violation_);
  if (input.empty()) return std::nullopt;
  if (body_left_ == 0) return begin(input);
  const std::size_t size = std::min(body_left_, input.size());
  const Piece piece{
      .first = first_, .bytes = input.first(size), .begins = false, .ends = size == body_left_};
  body_left_ -= size;
  input = input.subspan(size);
  return piece;
}

Result<std::optional<PacketCutter::Piece>> PacketCutter::begin(BytesView& input) {
  const std::size_t kept = header_size_;
  std::size_t used = 0;
  bool complete = false;
  while (!complete && used < input.size()) {
    const std::byte byte = input[used++];
    header_[header_size_++] = byte;
    // §1.5.5: seven bits of length to a byte; the top bit says that another byte follows.
    complete = header_size_ > 1 && (byte & std::byte{0x80}) == std::byte{};
    // §1.5.5: "The maximum number of bytes in the Variable Byte Integer field is four."
    if (!complete && header_size_ == kLongestHeader)
      return violation(Fault::Protocol, "the broker sent a packet with a malformed length");
  }
  if (!complete) {
    input = {};
    return std::nullopt;
  }
  std::size_t body = 0;
  for (std::size_t i = header_size_ - 1; i > 0; --i)
    body = body * 128 + (std::to_integer<std::size_t>(header_[i]) & 0x7F);
  if (header_size_ + body > limit_)
    return violation(
        Fault::TooLarge,
        fmt::format("the broker sent a packet of {} bytes, more than the {} that are allowed",
                    header_size_ + body, limit_));

  first_ = std::to_integer<std::uint8_t>(header_[0]);
  Piece piece{.first = first_, .bytes = {}, .begins = true, .ends = false};
  if (kept > 0) {  // the header came in pieces: it goes alone
    piece.bytes = BytesView(header_).first(header_size_);
    input = input.subspan(used);
    body_left_ = body;
  } else {
    const std::size_t size = std::min(used + body, input.size());
    piece.bytes = input.first(size);
    input = input.subspan(size);
    body_left_ = used + body - size;
  }
  header_size_ = 0;
  piece.ends = body_left_ == 0;
  return piece;
}

tl::unexpected<Error> PacketCutter::violation(Fault fault, std::string text) {
  violation_ = Error{.fault = fault, .text = std::move(text)};
  return tl::unexpected(*violation_);
}

}  // namespace wsrelay::mqtt
