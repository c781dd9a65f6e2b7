// Cuts a server's byte stream into frames (RFC 6455 §5.2). Knows neither messages nor sockets and
// copies nothing: a piece points into `input` and lives as long as the caller's buffer.
// Call decode() until it says NeedMore: each call takes what it used off the front of `input`.
// After a Violation the decoder is deaf for good: it swallows everything and tells nothing.
// No memory is ever taken for a length that a header merely promises.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

#include "ws/frame.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

class FrameDecoder {
 public:
  /// Of a message that uses a reserved bit no piece is larger: much may come out of it, and whoever
  /// takes it may want to stop between pieces.
  static constexpr std::size_t kMostReserved = 512;

  using Step = std::variant<NeedMore, FramePiece, Violation>;

  /// `allowed_rsv`: the reserved bits that a negotiated extension uses on a message's first frame.
  explicit FrameDecoder(std::uint8_t allowed_rsv = 0) : allowed_rsv_(allowed_rsv) {}

  [[nodiscard]] Step decode(BytesView& input);

 private:
  Step begin_frame(BytesView& input);
  static std::optional<FramePiece> small_frame(BytesView& input);
  Step next_piece(BytesView& input, bool first);
  std::optional<Violation> check_opening(std::uint8_t first, std::uint8_t second) const;
  std::optional<Violation> parse(const std::byte* head);
  Step gather(BytesView& input);
  Step refuse(Violation violation);

  FrameHeader header_;
  std::uint64_t remaining_ = 0;       // payload bytes of the current frame still to come
  std::array<std::byte, 10> held_{};  // a head that arrived in pieces
  std::uint8_t held_size_ = 0;
  std::uint8_t allowed_rsv_;
  bool in_frame_ = false;
  bool reserved_ = false;  // the message begun last uses a reserved bit
  bool deaf_ = false;
};

}  // namespace wsrelay::ws
