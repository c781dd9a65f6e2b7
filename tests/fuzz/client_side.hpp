// What a session tells, held to the order that ws/session.hpp promises: one Opened before anything
// was said, at most one Closed, one Ended at the very end; parts that belong together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "fuzz/memory.hpp"
#include "fuzz/parts.hpp"
#include "fuzz/script.hpp"
#include "unit/ws/session_story.hpp"
#include "ws/session.hpp"

namespace wsrelay::fuzz {

class ClientSide {
 public:
  explicit ClientSide(ws::Session& session) : session_(session) {}

  /// Everything that waits to be told.
  void look() {
    while (const auto event = session_.next_event()) {
      law(!ended && (opened_ || !closed));
      law(!closed || std::holds_alternative<ws::Ended>(*event));
      story += test::story_of(*event) + "\n";
      std::visit([this](const auto& each) { note(each); }, *event);
    }
    law(ended.has_value() == session_.is_finished());
    law(!(session_.is_open() && session_.is_closing()));
    law(!session_.is_finished() || session_.deadline() == Instant::max());
  }
  /// The server's bytes, cut; every call takes some of them, and no more memory than it may.
  void receive(BytesView bytes, std::size_t piece, Instant now) {
    cut(bytes, piece, [&](BytesView part) {
      while (!part.empty()) {
        const Memory memory;
        const std::size_t taken = session_.receive(part, now);
        law(memory.peak() <= kMostMemory + 64 * part.size());
        law(taken > 0 && taken <= part.size());
        part = part.subspan(taken);
        look();
      }
    });
  }

  std::string story;  // all of it
  std::vector<Message> messages;
  std::vector<std::string> pings, pongs;
  std::optional<ws::Closed> closed;
  std::optional<ws::Ended> ended;

 private:
  static constexpr std::size_t kMostMemory = 1 << 20;  // a turn of decompression, zlib's machines

  void note(const ws::Opened&) { law(!std::exchange(opened_, true)); }
  void note(const ws::Refused&) { law(!opened_); }
  void note(const ws::Received& event) { hear(event.message); }
  void note(const ws::ReceivedPart& event) {
    if (const auto message = parts_.add(event.part)) hear(*message);
  }
  void note(const ws::PingReceived& event) { pings.emplace_back(as_text(event.payload)); }
  void note(const ws::PongReceived& event) { pongs.emplace_back(as_text(event.payload)); }
  void note(const ws::Closed& event) {
    law(opened_);
    closed = event;
  }
  void note(const ws::Ended& event) { ended = event; }
  void hear(const Message& message) {
    law(opened_);
    law(message.kind == Message::Kind::Binary || is_utf8(message.payload));
    story += as_text(message.payload);
    messages.push_back(message);
  }

  ws::Session& session_;
  Parts parts_;
  bool opened_ = false;
};

}  // namespace wsrelay::fuzz
