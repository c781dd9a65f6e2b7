// Which data frame may follow which (RFC 6455 §5.4), and how many of them a message may have.
// Control frames never come here. After a Violation it must not be asked again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/message.hpp"
#include "ws/frame.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

struct MessageLimits {
  std::size_t size = 1024 * 1024;  // bytes; past it 1009
  std::uint64_t frames = 4096;     // of one message; past it 1008
  unsigned empty_frames = 16;      // in a row; past it 1008
};

class FrameOrder {
 public:
  explicit FrameOrder(const MessageLimits& limits)
      : most_frames_(limits.frames),
        next_most_frames_(limits.frames),
        most_empty_(limits.empty_frames) {}

  /// From the next message on.
  void adjust(const MessageLimits& limits) { next_most_frames_ = limits.frames; }

  std::optional<Violation> begin_frame(const FrameHeader& header);
  /// The frame begun last is complete.
  void end_frame(bool fin) {
    if (fin) frames_ = 0;
  }

  bool in_message() const { return frames_ > 0; }
  /// Of the message begun last.
  Message::Kind kind() const { return kind_; }
  bool compressed() const { return compressed_; }  // RFC 7692 §6: RSV1 of its first frame

 private:
  std::uint64_t most_frames_;  // of the message begun last
  std::uint64_t next_most_frames_;
  std::uint64_t frames_ = 0;  // of the current message; 0: none has begun
  unsigned most_empty_;
  unsigned empty_ = 0;
  Message::Kind kind_ = Message::Kind::Text;
  bool compressed_ = false;
};

}  // namespace wsrelay::ws
