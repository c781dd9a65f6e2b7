// Makes messages, or parts of them, out of data frames: which frame may follow which (RFC 6455
// §5.4), decompression (RFC 7692 §7.2.2), the limits, and UTF-8 checked as the bytes arrive, over
// frames and steps of decompression alike (§5.6, §8.1). Control frames never come here.
// After a Violation it must not be asked again.
#pragma once

#include <cstdint>
#include <optional>

#include "base/utf8.hpp"
#include "ws/collector.hpp"
#include "ws/deflate.hpp"
#include "ws/event_queue.hpp"
#include "ws/frame.hpp"
#include "ws/frame_order.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

class Assembler {
 public:
  struct Rules {
    MessageLimits limits = {};
    Receiving receiving = Receiving::Messages;
    std::size_t chunk = 16 * 1024;
    std::optional<DeflateParameters> deflate = {};  // as agreed
  };
  explicit Assembler(const Rules& rules);

  /// Received or ReceivedPart go to `events`.
  [[nodiscard]] std::optional<Violation> add(const FramePiece& piece, EventQueue& events);

  /// Counts from the next message on, or the next frame where those are told.
  void adjust(const MessageLimits& limits, std::size_t chunk);

  /// Payload bytes of compressed messages: before, and after decompression.
  std::uint64_t compressed() const { return compressed_; }
  std::uint64_t decompressed() const { return decompressed_; }

 private:
  bool add_whole(const FramePiece& piece, EventQueue& events);
  std::optional<Violation> begin_frame(const FrameHeader& header);
  std::optional<Violation> inflate(const FramePiece& piece, EventQueue& events);
  std::optional<Violation> accept(BytesView plain, EventQueue& events);
  Violation too_big() const;
  bool is_text() const { return order_.kind() == Message::Kind::Text; }

  Receiving receiving_;
  std::size_t max_message_;
  FrameOrder order_;
  Utf8Validator utf8_;
  Collector collector_;
  std::optional<Inflater> inflater_;
  std::uint64_t compressed_ = 0;
  std::uint64_t decompressed_ = 0;
};

}  // namespace wsrelay::ws
