// A session seen from both ends: the server's bytes go in, in pieces; what the session told and
// what it sent come out as one line of text, which tests compare.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "support/ws_server_frames.hpp"
#include "ws/session.hpp"

namespace wsrelay::test {

inline const Instant kStart = Instant(std::chrono::hours(1000));

inline std::string shown(std::string_view text) {
  if (text.size() > 40) return fmt::format("({} bytes)", text.size());
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c < 0x7F)
      out += c;
    else
      out += fmt::format("\\{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

// "text[0/5 of 3/?]:abc": of a text, what stands at 0 in a frame of five bytes and at 3 in a
// message of unknown length; "~" before it: a continuation, "..." after it: more frames follow,
// "$": the end.
inline std::string story_of(const MessagePart& part) {
  const auto known = [](const std::optional<std::uint64_t>& length) {
    return length ? fmt::format("{}", *length) : "?";
  };
  return fmt::format("{}{}[{}/{} of {}/{}]{}{}:{}", part.continuation ? "~" : "",
                     name_of(part.kind), part.frame_offset, known(part.frame_length),
                     part.message_offset, known(part.message_length), part.fin ? "" : "...",
                     part.last ? "$" : "", shown(as_text(part.payload)));
}

inline std::string story_of(const ws::Event& event) {
  if (const auto* opened = std::get_if<ws::Opened>(&event))
    return opened->subprotocol.empty() ? "opened" : "opened:" + opened->subprotocol;
  if (const auto* received = std::get_if<ws::Received>(&event))
    return fmt::format("{}:{}", name_of(received->message.kind),
                       shown(as_text(received->message.payload)));
  if (const auto* received = std::get_if<ws::ReceivedPart>(&event)) return story_of(received->part);
  if (const auto* refused = std::get_if<ws::Refused>(&event))
    return fmt::format("refused:{}{}{}", refused->status, refused->body.empty() ? "" : ":",
                       shown(refused->body));
  if (const auto* ping = std::get_if<ws::PingReceived>(&event))
    return "ping:" + shown(as_text(ping->payload));
  if (const auto* pong = std::get_if<ws::PongReceived>(&event))
    return "pong:" + shown(as_text(pong->payload));
  if (const auto* closed = std::get_if<ws::Closed>(&event))
    return fmt::format("closed:{}:{}:{}", closed->code, shown(closed->reason),
                       closed->by_us ? "us" : "server");
  const auto& error = std::get<ws::Ended>(event).error;
  if (!error) return "ended";
  return fmt::format("ended({}{}{} {}: {})", name_of(error->fault), error->phase.empty() ? "" : "/",
                     error->phase, error->http_status != 0 ? error->http_status : error->close_code,
                     error->text);
}

class Dialogue {
 public:
  explicit Dialogue(ws::SessionSettings settings = {.host = "example.com"}, std::uint64_t seed = 7)
      : random_(seed), session_(std::move(settings), random_, kStart) {
    request_ = take_output();
  }

  const std::string& request() const { return request_; }
  ws::Session& session() { return session_; }
  Instant now() const { return now_; }
  void pass(Duration span) { now_ += span; }

  /// The server's bytes; `piece` at a time.
  Dialogue& receive(std::string_view bytes, std::size_t piece = std::string_view::npos) {
    while (!bytes.empty()) {
      std::string_view part = bytes.substr(0, piece);
      bytes.remove_prefix(part.size());
      while (!part.empty()) {
        part.remove_prefix(session_.receive(as_bytes(part), now_));
        collect();
        if (session_.deadline() <= now_) tick();
      }
    }
    return *this;
  }
  Dialogue& open(std::string_view extra = {}) {
    return receive(accepting_answer(request_, extra)).forget();
  }
  Dialogue& eof() {
    session_.receive_eof(now_);
    collect();
    return *this;
  }
  Dialogue& tick() {
    session_.tick(now_);
    collect();
    return *this;
  }
  Dialogue& close(std::uint16_t code, std::string_view reason = {}) {
    session_.close(static_cast<ws::CloseCode>(code), reason, now_);
    collect();
    return *this;
  }

  /// What was told is no news any more.
  Dialogue& forget() {
    told_.clear();
    return *this;
  }

  /// Everything told so far, in words.
  const std::string& told() const { return told_; }
  /// Everything sent since the request, frame by frame: "8:\03\e8 ".
  std::string sent() {
    std::string out;
    sent_ += take_output();
    for (const ClientFrame& frame : client_frames(sent_)) {
      if (!out.empty()) out += ' ';
      out += fmt::format("{:x}{}:{}", frame.opcode, frame.fin ? "" : "+",
                         frame.opcode == 8 ? close_story(frame.payload) : shown(frame.payload));
    }
    return out;
  }

 private:
  static std::string close_story(std::string_view payload) {
    if (payload.size() < 2) return payload.empty() ? "" : "(half a code)";
    return fmt::format("{}", static_cast<unsigned char>(payload[0]) * 256 +
                                 static_cast<unsigned char>(payload[1]));
  }
  std::string take_output() {
    const std::string out(as_text(session_.output()));
    session_.output_taken(out.size());
    return out;
  }
  void collect() {
    while (const auto event = session_.next_event())
      told_ += (told_.empty() ? "" : " ") + story_of(*event);
    sent_ += take_output();
  }

  SeededRandom random_;
  Instant now_ = kStart;
  ws::Session session_;
  std::string request_;
  std::string told_;
  std::string sent_;
};

}  // namespace wsrelay::test
