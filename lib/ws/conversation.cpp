#include "ws/conversation.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "ws/frame_encoder.hpp"

namespace wsrelay::ws {
namespace {

// Of decompressed bytes, after which receive() lets others have their turn.
constexpr std::uint64_t kTurn = 256 * 1024;

}  // namespace

void Conversation::Rules::take(const SessionLimits& changed) {
  limits.size = changed.max_message;
  limits.frames = changed.max_frames;
  chunk = changed.chunk;
  close_timeout = changed.close_timeout;
}

Conversation::Conversation(const Rules& rules, Outlet& outlet, Instant now)
    : outlet_(&outlet),
      decoder_(rules.agreed ? kRsv1 : std::uint8_t{0}),
      assembler_({.limits = rules.limits,
                  .receiving = rules.receiving,
                  .chunk = rules.chunk,
                  .deflate = rules.agreed}),
      pongs_(now),
      close_timeout_(rules.close_timeout) {
  if (rules.agreed) deflater_.emplace(*rules.agreed, rules.deflate);
}

std::size_t Conversation::receive(BytesView bytes, Instant now) {
  settle();
  BytesView rest = bytes;
  const std::uint64_t decompressed = assembler_.decompressed();
  while (!is_deaf() && assembler_.decompressed() - decompressed < kTurn) {
    const FrameDecoder::Step step = decoder_.decode(rest);
    if (const auto* piece = std::get_if<FramePiece>(&step)) {
      if (is_control(piece->header.opcode))
        receive_control(*piece, now);
      else
        receive_data(*piece);
    } else if (const auto* violation = std::get_if<Violation>(&step)) {
      conclude(*violation);
    } else {
      break;
    }
  }
  if (is_deaf()) rest = {};
  // Bytes first: a Close that is here counts, however late we were woken for it.
  if (rest.empty()) check_deadline(now);
  return bytes.size() - rest.size();
}

// Also while our Close is on its way: what the server said before it read it still counts.
void Conversation::receive_data(const FramePiece& piece) {
  if (const auto violation = assembler_.add(piece, outlet_->events)) conclude(*violation);
}

void Conversation::receive_control(const FramePiece& piece, Instant now) {
  BytesView payload = piece.bytes;
  if (!piece.first || !piece.last) {
    if (piece.first) control_size_ = 0;
    std::copy(payload.begin(), payload.end(), control_.begin() + control_size_);
    control_size_ = static_cast<std::uint8_t>(control_size_ + payload.size());
    if (!piece.last) return;
    payload = BytesView(control_).first(control_size_);
  }
  if (piece.header.opcode == Opcode::Ping) return receive_ping(payload, now);
  if (piece.header.opcode == Opcode::Close) return receive_close(payload);
  outlet_->events.push(PongReceived{Bytes(payload.begin(), payload.end())});
}

void Conversation::receive_ping(BytesView payload, Instant now) {
  if (!pongs_.admit(now))
    return conclude(Violation{CloseCode::PolicyViolation, "more than 100 pings a second"});
  // After our Close nothing of ours follows it on the wire.
  if (close_sent_) return;
  pongs_.answer(payload, outlet_->output, *outlet_->random);
  outlet_->events.push(PingReceived{Bytes(payload.begin(), payload.end())});
}

void Conversation::receive_close(BytesView payload) {
  auto status = read_close(payload);
  if (!status) return conclude(status.error());
  conclude(std::move(*status));
}

// At once, unless somebody may want to answer first what waits to be told.
void Conversation::conclude(Verdict verdict) {
  pending_ = std::move(verdict);
  if (!is_open() || outlet_->events.empty()) settle();
}

void Conversation::settle() {
  if (pending_.index() == 0) return;
  Verdict verdict = std::exchange(pending_, {});
  if (const auto* violation = std::get_if<Violation>(&verdict)) fail_for(*violation);
  if (auto* status = std::get_if<CloseStatus>(&verdict)) answer_close(std::move(*status));
}

void Conversation::answer_close(CloseStatus status) {
  close_received_ = true;
  const bool by_us = close_sent_;
  // §5.5.1: an endpoint that "did not previously send a Close frame MUST send a Close frame in
  // response", echoing the status code.
  if (!by_us) send_close(status.code, {});
  outlet_->events.push(Closed{status.code, std::move(status.reason), by_us});
  end(std::nullopt);
}

void Conversation::receive_eof() {
  settle();
  if (is_over()) return;
  // The network's fault, not the server's word: only a Close says that a server meant it (§7.1.5).
  end(abnormal(Fault::Tcp, close_sent_ ? "stream ended before the server answered our Close"
                                       : "stream ended without a Close"));
}

Error Conversation::abnormal(Fault fault, std::string_view text) const {
  return Error{.fault = fault,
               .text = std::string(text),
               .phase = close_sent_ ? "closing" : "ready",
               .close_code = static_cast<std::uint16_t>(CloseCode::Abnormal)};
}

void Conversation::tick(Instant now) {
  settle();
  check_deadline(now);
}

void Conversation::check_deadline(Instant now) {
  if (phase_ != Phase::Closing || now < close_deadline_) return;
  end(abnormal(Fault::Timeout, "the server did not answer our Close in time"));
}

Instant Conversation::deadline() const {
  if (is_open() && is_deaf()) return Instant::min();
  return phase_ == Phase::Closing ? close_deadline_ : Instant::max();
}

void Conversation::output_taken() {
  if (is_open()) pongs_.flush(outlet_->output, *outlet_->random);
}

void Conversation::send(const Message& message) {
  assert(is_open() && !in_parts_);
  if (!is_open() || in_parts_) return;
  const Opcode opcode = message.kind == Message::Kind::Text ? Opcode::Text : Opcode::Binary;
  const Bytes* compressed = deflater_ ? deflater_->deflate(message.payload) : nullptr;
  if (compressed == nullptr)
    return append_frame(outlet_->output, opcode, message.payload, *outlet_->random);
  // RFC 7692 §6: RSV1 of the first frame says that the message is compressed.
  append_frame(outlet_->output, opcode, *compressed, *outlet_->random, {.rsv = kRsv1});
  sent_wire_ += compressed->size();
  sent_plain_ += message.payload.size();
}

// §5.4: "a single frame with the FIN bit clear and an opcode other than 0, followed by zero or more
// frames with the FIN bit clear and the opcode set to 0, and terminated by a single frame with the
// FIN bit set and an opcode of 0".
Result<void> Conversation::send_part(Opcode opcode, BytesView payload, bool fin) {
  if (!is_open()) return fail(Fault::Local, "the session is not open");
  if (is_control(opcode) || !is_known(opcode)) return fail(Fault::Local, "not a data frame");
  const bool continues = opcode == Opcode::Continuation;
  if (continues && !in_parts_) return fail(Fault::Local, "continuation of no message");
  if (!continues && in_parts_) return fail(Fault::Local, "new message inside an unfinished one");
  append_frame(outlet_->output, opcode, payload, *outlet_->random, {.fin = fin});
  in_parts_ = !fin;
  return {};
}

void Conversation::send_control(Opcode opcode, BytesView payload) {
  assert(is_open() && is_control(opcode) && payload.size() <= 125);
  if (!is_open()) return;
  const BytesView kept = payload.first(std::min<std::size_t>(payload.size(), 125));
  append_frame(outlet_->output, opcode, kept, *outlet_->random);
}

void Conversation::close(CloseCode code, std::string_view reason, Instant now) {
  settle();
  if (!is_open()) return;
  send_close(static_cast<std::uint16_t>(code), reason);
  phase_ = Phase::Closing;
  close_deadline_ = after(now, close_timeout_);
}

void Conversation::adjust(const SessionLimits& limits) {
  assembler_.adjust({.size = limits.max_message, .frames = limits.max_frames}, limits.chunk);
  close_timeout_ = limits.close_timeout;
}

void Conversation::send_close(std::uint16_t code, std::string_view reason) {
  append_frame(outlet_->output, Opcode::Close, write_close(code, reason), *outlet_->random);
  close_sent_ = true;
}

// §7.1.7: "the client SHOULD send a Close frame", and then processes nothing any more.
void Conversation::fail_for(Violation violation) {
  const std::string_view phase = close_sent_ ? "closing" : "ready";
  if (!close_sent_) send_close(static_cast<std::uint16_t>(violation.code), violation.text);
  end(Error{.fault = violation.code == CloseCode::TooBig ? Fault::TooLarge : Fault::Protocol,
            .text = std::string(violation.text),
            .phase = std::string(phase),
            .close_code = static_cast<std::uint16_t>(violation.code)});
}

CompressionCount Conversation::compression() const {
  return {.received_wire = assembler_.compressed(),
          .received_plain = assembler_.decompressed(),
          .sent_wire = sent_wire_,
          .sent_plain = sent_plain_};
}

void Conversation::end(std::optional<Error> error) {
  phase_ = Phase::Over;
  outlet_->events.push(Ended{std::move(error)});
}

}  // namespace wsrelay::ws
