#include "conformance/ear.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "conformance/frames.hpp"
#include "conformance/utf8_oracle.hpp"
#include "conformance/words.hpp"

namespace wsrelay::conformance {
namespace {

// RFC 6455 §7.4.1–7.4.2 and the registry of §11.7, spelt out once more.
bool may_be_sent(unsigned code) {
  if (code == 1004 || code == 1005 || code == 1006) return false;
  return (code >= 1000 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

Ear::Ear(const std::optional<ws::DeflateParameters>& deflate) {
  if (deflate) inflater_.emplace(*deflate);
}

void Ear::hear(std::string_view bytes, Story& story) {
  if (bytes.empty()) return;
  std::string joined;
  if (!held_.empty()) bytes = joined = held_ + std::string(bytes);
  try {
    for (test::ClientFrame frame; test::take_client_frame(bytes, frame);) hear_frame(frame, story);
  } catch (const std::runtime_error& error) {
    complain(error.what());
  }
  held_ = std::string(bytes);
}

void Ear::hear_frame(test::ClientFrame& frame, Story& story) {
  if (closed_) complain("a frame after its Close");
  // §5.3: "The masking key needs to be unpredictable": a fresh one for each frame.
  if (frame.key == last_key_) complain("the masking key of the frame before");
  last_key_ = frame.key;
  const bool first_of_data = frame.opcode == kText || frame.opcode == kBinary;
  if (frame.rsv != 0 && !(frame.rsv == kRsv1 && inflater_ && first_of_data))
    complain("a reserved bit");
  if (frame.opcode > kBinary && frame.opcode < kClose) complain("a reserved opcode");
  if (frame.opcode > kPong) complain("a reserved opcode");
  frame.opcode >= kClose ? hear_control(frame, story) : hear_data(frame, story);
}

void Ear::hear_data(test::ClientFrame& frame, Story& story) {
  if ((frame.opcode == kContinuation) != (opcode_ != 0))
    complain(opcode_ != 0 ? "a message inside another" : "a continuation of nothing");
  if (frame.opcode != kContinuation) {
    opcode_ = frame.opcode;
    compressed_ = frame.rsv != 0;
    message_ = std::move(frame.payload);
    frames_ = fmt::format("{}", message_.size());
  } else {
    message_ += frame.payload;
    frames_ += fmt::format("+{}", frame.payload.size());
  }
  if (frame.fin) finish_message(story);
}

void Ear::finish_message(Story& story) {
  if (compressed_) {
    std::string plain;
    if (!(*inflater_)(message_, plain)) complain("a message that does not inflate");
    message_ = std::move(plain);
  }
  if (opcode_ == kText && !judge_text(message_).valid()) complain("text that is not UTF-8");
  const auto kind = opcode_ == kText ? Message::Kind::Text : Message::Kind::Binary;
  std::string words = message_words(kind, message_);
  if (frames_.find('+') != std::string::npos && frames_.size() < 40)
    words += fmt::format(" in {}", frames_);
  story.messages.push_back(std::move(words));
  opcode_ = 0;
}

void Ear::hear_control(const test::ClientFrame& frame, Story& story) {
  if (!frame.fin) complain("a control frame in fragments");
  if (frame.payload.size() > 125) complain("a control frame longer than 125 bytes");
  if (frame.opcode != kClose) {
    const std::string_view name = frame.opcode == kPing ? "ping" : "pong";
    story.controls.push_back(fmt::format("{} {}", name, payload_words(frame.payload)));
    return;
  }
  closed_ = true;
  story.controls.push_back(close_words(frame.payload));
  if (frame.payload.size() == 1) complain("a Close with half a code");
  if (frame.payload.size() < 2) return;
  const unsigned code = static_cast<unsigned char>(frame.payload[0]) * 256U +
                        static_cast<unsigned char>(frame.payload[1]);
  if (!may_be_sent(code)) complain("a Close with a code that must not travel");
  if (!judge_text(std::string_view(frame.payload).substr(2)).valid())
    complain("a Close reason that is not UTF-8");
}

void Ear::complain(std::string_view what) {
  if (broken_.empty()) broken_ = fmt::format("the client sent {}", what);
}

}  // namespace wsrelay::conformance
