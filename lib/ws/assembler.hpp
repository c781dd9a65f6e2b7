// Makes whole messages out of data frames (RFC 6455 §5.4, §5.6, §8.1): which frame may follow
// which, the size limit, and UTF-8 checked as the bytes arrive. Control frames never come here.
// A message's memory grows with the bytes received, never with what a header promises.
// After a Violation it must not be asked again.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/message.hpp"
#include "base/utf8.hpp"
#include "ws/frame.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

struct MessageLimits {
  std::size_t size = 1024 * 1024;  // bytes; past it 1009
  std::uint64_t frames = 4096;     // of one message; past it 1008
  unsigned empty_frames = 16;      // in a row; past it 1008
};

class Assembler {
 public:
  using Step = std::variant<NeedMore, Message, Violation>;

  explicit Assembler(MessageLimits limits) : limits_(limits) {}

  [[nodiscard]] Step add(const FramePiece& piece);

 private:
  std::optional<Violation> begin_frame(const FrameHeader& header);
  void append(const FramePiece& piece);

  MessageLimits limits_;
  Message message_;
  Utf8Validator utf8_;
  std::uint64_t frames_ = 0;         // of the current message; 0: none has begun
  std::uint64_t frame_pending_ = 0;  // bytes of the current frame still to come
  unsigned empty_frames_ = 0;
};

}  // namespace wsrelay::ws
