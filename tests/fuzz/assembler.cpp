// A script of data frames: how payloads are cut (bits 0-5) and told (6-7: as messages, frames,
// chunks); then per frame a head (bits 0-1: opcode, 2: fin, 3: a run of ASCII goes before the
// payload, 4-7: how many pairs of bytes the payload has). Law: at each piece the assembler says
// what a judge says who sees the message so far as a whole: nothing, or one of the violations that
// are there now; and what it tells, put together, is what was sent.
#include "ws/assembler.hpp"

#include <array>
#include <set>
#include <string>

#include "fuzz/parts.hpp"
#include "fuzz/script.hpp"
#include "fuzz/utf8_oracle.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

constexpr MessageLimits kLimits{.size = 300, .frames = 8, .empty_frames = 2};
constexpr std::size_t kChunk = 33;
constexpr std::array kOpcodes{Opcode::Continuation, Opcode::Text, Opcode::Binary, Opcode::Text};
constexpr std::size_t kRun = 70;  // long enough for the validator's vector path

class Judge {
 public:
  explicit Judge(Receiving receiving) : receiving_(receiving) {}

  std::set<CloseCode> violations(const FramePiece& piece) {
    std::set<CloseCode> found;
    if (piece.first) begin(piece.header, found);
    text_ += as_text(piece.bytes);
    const bool ends = piece.last && piece.header.fin;
    const bool utf8 = ends ? fuzz::is_whole_utf8(text_) : fuzz::could_become_utf8(text_);
    if (is_text_ && !utf8) found.insert(CloseCode::InvalidPayload);
    if (ends) frames_ = 0;
    return found;
  }
  Message message() const {
    return {is_text_ ? Message::Kind::Text : Message::Kind::Binary, to_bytes(text_)};
  }

 private:
  void begin(const FrameHeader& header, std::set<CloseCode>& found) {
    const bool continues = header.opcode == Opcode::Continuation;
    if (continues != (frames_ > 0)) found.insert(CloseCode::ProtocolError);
    if (!continues) {
      text_.clear();
      empty_ = 0;
      is_text_ = header.opcode == Opcode::Text;
    }
    const bool in_chunks = receiving_ == Receiving::Chunks;
    const std::size_t before = receiving_ == Receiving::Messages ? text_.size() : 0;
    if (before + header.length > kLimits.size && !in_chunks) found.insert(CloseCode::TooBig);
    empty_ = header.length == 0 ? empty_ + 1 : 0;
    if ((++frames_ > kLimits.frames && !in_chunks) || empty_ > kLimits.empty_frames)
      found.insert(CloseCode::PolicyViolation);
  }

  Receiving receiving_;
  std::string text_;
  bool is_text_ = false;
  std::uint64_t frames_ = 0;
  unsigned empty_ = 0;
};

class Trial {
 public:
  explicit Trial(Receiving receiving)
      : receiving_(receiving),
        judge_(receiving),
        assembler_({.limits = kLimits, .receiving = receiving, .chunk = kChunk}) {}

  /// False once there was a violation.
  bool hear(const FramePiece& piece) {
    const std::set<CloseCode> violations = judge_.violations(piece);
    const auto violation = assembler_.add(piece, events_);
    law(violation.has_value() == !violations.empty());
    std::optional<Message> message;
    while (const auto event = events_.pop()) {
      law(!message);
      message = told(*event, piece);
    }
    if (violation) {
      law(violations.contains(violation->code) && !violation->text.empty() && !message);
      return false;
    }
    law(message.has_value() == (piece.last && piece.header.fin));
    law(!message || *message == judge_.message());
    return true;
  }

 private:
  std::optional<Message> told(const Event& event, const FramePiece& piece) {
    if (receiving_ == Receiving::Messages) return std::get<Received>(event).message;
    const MessagePart& part = std::get<ReceivedPart>(event).part;
    const bool whole = part.payload.size() == part.frame_length;
    const bool ends_frame = part.frame_offset + part.payload.size() == part.frame_length;
    law(part.frame_length == piece.header.length);
    if (receiving_ == Receiving::Frames) law(whole && piece.last);
    if (receiving_ == Receiving::Chunks) law(ends_frame || part.payload.size() == kChunk);
    law(part.payload.size() <= (receiving_ == Receiving::Chunks ? kChunk : kLimits.size));
    return parts_.add(part);
  }

  Receiving receiving_;
  Judge judge_;
  Assembler assembler_;
  EventQueue events_;
  fuzz::Parts parts_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned how = script.byte();
  Trial trial(static_cast<Receiving>((how >> 6) % 3));
  const std::size_t cut = 1 + (how & 63);
  while (!script.empty()) {
    const unsigned head = script.byte();
    const std::string payload = std::string((head & 8) != 0 ? kRun : 0, 'a') +
                                std::string(as_text(script.bytes((head >> 4) * 2)));
    const FrameHeader header{kOpcodes[head & 3], (head & 4) != 0, 0, payload.size()};
    std::size_t at = 0;
    do {
      const std::size_t n = std::min(cut, payload.size() - at);
      if (!trial.hear(
              {header, as_bytes(payload).subspan(at, n), at == 0, at + n == payload.size()}))
        return 0;
      at += n;
    } while (at < payload.size());
  }
  return 0;
}
