// The parts of messages put together again, each held to where it says that it stands.
#pragma once

#include <optional>

#include "base/message.hpp"
#include "fuzz/script.hpp"

namespace wsrelay::fuzz {

class Parts {
 public:
  /// The message, if this was its last part.
  std::optional<Message> add(const MessagePart& part) {
    if (!begun_) message_ = Message{part.kind, {}};
    const std::size_t frame_start = message_.payload.size() - of_frame_;
    law(part.kind == message_.kind);
    law(part.continuation == (frame_start > 0 || frames_ > 0));
    law(part.frame_offset == of_frame_ && part.message_offset == message_.payload.size());
    law(of_frame_ == 0 || part.fin == fin_);
    fin_ = part.fin;
    begun_ = true;
    message_.payload.insert(message_.payload.end(), part.payload.begin(), part.payload.end());
    of_frame_ += part.payload.size();

    law(!part.frame_length || of_frame_ <= *part.frame_length);
    law(!part.message_length || (part.frame_length && part.fin));
    law(!part.message_length || *part.message_length == frame_start + *part.frame_length);
    const bool completes_frame = part.frame_length && of_frame_ == *part.frame_length;
    law(part.last == (completes_frame && part.fin));
    if (completes_frame) {
      of_frame_ = 0;
      ++frames_;
    }
    if (!part.last) return std::nullopt;
    begun_ = false;
    frames_ = 0;
    return message_;
  }

 private:
  Message message_;
  std::size_t of_frame_ = 0;  // bytes of the frame that is being told
  std::size_t frames_ = 0;    // complete ones
  bool begun_ = false;
  bool fin_ = false;
};

}  // namespace wsrelay::fuzz
