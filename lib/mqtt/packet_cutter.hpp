// Cuts a stream of bytes into MQTT control packets (MQTT 5.0 §2.1: one byte of type and flags, the
// Remaining Length in one to four bytes, the body). Knows no packet's meaning, neither socket nor
// clock, and copies nothing but a fixed header that came in pieces.
//
//   while (auto piece = *cutter.next(input)) …    // each call takes what it used off the front
//
// A piece points into `input` (a split fixed header: into the cutter) and lives until the next
// call. After a violation the cutter is deaf for good.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace wsrelay::mqtt {

class PacketCutter {
 public:
  struct Piece {
    std::uint8_t first = 0;  // the packet's first byte: type and flags
    BytesView bytes;         // as they stand on the wire, the fixed header included
    bool begins = false;
    bool ends = false;
  };

  /// `limit`: bytes of a whole packet, the fixed header included.
  explicit PacketCutter(std::size_t limit) : limit_(limit) {}

  /// Nothing: all of `input` is used, more is needed.
  Result<std::optional<Piece>> next(BytesView& input);
  bool between_packets() const { return header_size_ == 0 && body_left_ == 0; }

 private:
  static constexpr std::size_t kLongestHeader = 5;

  Result<std::optional<Piece>> begin(BytesView& input);
  tl::unexpected<Error> violation(Fault fault, std::string text);

  std::size_t limit_;
  std::array<std::byte, kLongestHeader> header_{};
  std::size_t header_size_ = 0;  // bytes of a header that is not complete yet
  std::size_t body_left_ = 0;    // bytes of a packet whose header has been told
  std::uint8_t first_ = 0;
  std::optional<Error> violation_;
};

}  // namespace wsrelay::mqtt
