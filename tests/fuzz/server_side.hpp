// The server's end of a session: hears what the client sent, and holds it to RFC 6455 §5 and RFC
// 7692 §6 as it goes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fuzz/plain_deflate.hpp"
#include "fuzz/script.hpp"
#include "support/ws_server_frames.hpp"
#include "ws/deflate_settings.hpp"

namespace wsrelay::fuzz {

/// A frame as it was meant: decompressed.
struct Heard {
  unsigned opcode = 0;
  bool fin = true;
  std::string payload = {};

  friend bool operator==(const Heard&, const Heard&) = default;
};

class ServerSide {
 public:
  explicit ServerSide(const std::optional<ws::DeflateParameters>& agreed) {
    if (agreed)
      inflater_.emplace(agreed->client_max_window_bits, agreed->client_context_takeover, 256);
  }

  /// Bytes in any pieces; the frames that are whole now.
  std::vector<Heard> hear(std::string_view bytes) {
    held_ += bytes;
    std::string_view rest = held_;
    std::vector<Heard> frames;
    for (test::ClientFrame frame; test::take_client_frame(rest, frame);) {
      law(!closed_);  // §5.5.1: nothing after a Close
      check(frame);
      const bool compressed = frame.rsv == kRsv1;
      frames.push_back({frame.opcode, frame.fin, compressed ? plain(frame) : frame.payload});
    }
    held_.erase(0, held_.size() - rest.size());
    return frames;
  }
  /// Nothing of a frame is still to come.
  bool between_frames() const { return held_.empty(); }

 private:
  static constexpr unsigned kRsv1 = 4;

  void check(const test::ClientFrame& frame) {
    const bool control = frame.opcode >= 8;
    law(frame.opcode <= 2 || (frame.opcode >= 8 && frame.opcode <= 10));
    law(!control || (frame.fin && frame.rsv == 0 && frame.payload.size() <= 125));
    law(frame.rsv == 0 || (frame.rsv == kRsv1 && inflater_ && frame.opcode != 0));
    closed_ = frame.opcode == 8;
    if (control) return;
    law((frame.opcode == 0) == in_message_);
    in_message_ = !frame.fin;
  }
  // Only whole messages are compressed.
  std::string plain(const test::ClientFrame& frame) {
    law(frame.fin);
    const auto message = inflater_->message(frame.payload, 1 << 20);
    law(message.has_value() && frame.payload.size() <= message->size() + message->size() / 32 + 64);
    return message.value_or("");
  }

  std::optional<PlainInflater> inflater_;
  std::string held_;  // the beginning of a frame
  bool in_message_ = false;
  bool closed_ = false;
};

}  // namespace wsrelay::fuzz
