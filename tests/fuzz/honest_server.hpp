// A server that keeps to everything: it says messages, whole or in fragments, compressed or not,
// with Pings between; it answers Pings; it remembers what it said and what it heard.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/message.hpp"
#include "base/utf8.hpp"
#include "fuzz/plain_deflate.hpp"
#include "fuzz/server_side.hpp"
#include "support/ws_server_frames.hpp"

namespace wsrelay::fuzz {

class HonestServer {
 public:
  explicit HonestServer(const std::optional<ws::DeflateParameters>& agreed) : ears_(agreed) {
    if (agreed) deflater_.emplace(agreed->server_max_window_bits, agreed->server_context_takeover);
  }

  void answer_upgrade(std::string_view request, std::string_view extension) {
    wire += test::accepting_answer(request, extension);
  }
  /// `how`: bit 0: compressed, 1: stored, 2: Pings between fragments, 3-4: of which length.
  void say(const Bytes& payload, std::size_t how) {
    const bool text = is_utf8(payload);
    said.push_back({text ? Message::Kind::Text : Message::Kind::Binary, payload});
    const bool compressed = deflater_ && (how & 1) != 0;
    const std::string_view plain = as_text(payload);
    std::string rest =
        compressed ? deflater_->message(plain, (how & 2) != 0 ? 0 : 6) : std::string(plain);
    const std::size_t length = (how >> 3) == 0 ? rest.size() : 1 + rest.size() * (how >> 3) / 4;
    test::ServerFrame frame{.opcode = text ? 1U : 2U, .fin = false, .rsv = compressed ? 4U : 0U};
    for (; rest.size() > length; rest.erase(0, length), frame.opcode = 0, frame.rsv = 0) {
      frame.payload = rest.substr(0, length);
      wire += test::wire(frame);
      if ((how & 4) != 0) ping("between");
    }
    wire += test::wire({frame.opcode, rest, true, frame.rsv});
  }
  /// Numbered, so that its Pong is known.
  void ping(std::string payload) {
    payload += '#' + std::to_string(pings.size());
    wire += test::wire({9, payload});
    pings.push_back(std::move(payload));
  }
  void close(std::uint16_t code) { wire += test::close_frame(code); }

  void hear(std::string_view bytes) {
    for (Heard& frame : ears_.hear(bytes)) {
      if (frame.opcode == 8) heard_close = frame.payload;
      if (frame.opcode == 9) wire += test::wire({10, frame.payload});
      if (frame.opcode == 10) heard_pongs.push_back(frame.payload);
      if (frame.opcode <= 2) heard.push_back(std::move(frame));
    }
  }
  /// Pongs, but those with the text `unasked`, answer Pings in their order; is the last one
  /// answered, too? §5.5.3: "MAY elect to send a Pong frame for only the most recently processed
  /// Ping frame".
  bool is_last_answered(const std::vector<std::string>& told, std::string_view unasked) const {
    auto next = told.begin();
    for (const std::string& pong : heard_pongs) {
      if (pong == unasked) continue;
      next = std::find(next, told.end(), pong);
      law(next++ != told.end());
    }
    return next == told.end();
  }
  bool between_frames() const { return ears_.between_frames(); }

  std::string wire;  // under way to the client
  std::vector<Message> said;
  std::vector<std::string> pings;
  std::vector<Heard> heard;  // data frames
  std::vector<std::string> heard_pongs;
  std::optional<std::string> heard_close;

 private:
  ServerSide ears_;
  std::optional<PlainDeflater> deflater_;
};

}  // namespace wsrelay::fuzz
