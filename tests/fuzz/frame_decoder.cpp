// The first byte says how the rest is cut and which reserved bits are allowed; the rest is what a
// server sent. Laws: the story does not depend on the cut; whole frames, encoded again, are the
// same bytes; after a violation there is silence; messages stay within their limit.
#include "ws/frame_decoder.hpp"

#include <cstdlib>
#include <string>

#include "support/ws_server_frames.hpp"
#include "ws/assembler.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;

void law(bool holds) {
  if (!holds) std::abort();
}

struct Story {
  std::string again;     // whole frames, encoded once more
  std::string messages;  // and what they meant
  bool violated = false;
};

class Reader {
 public:
  explicit Reader(std::uint8_t allowed_rsv) : decoder_(allowed_rsv) {}

  void receive(BytesView input) {
    for (;;) {
      const auto step = decoder_.decode(input);
      if (std::holds_alternative<NeedMore>(step)) break;
      law(!story.violated);
      if (const auto* piece = std::get_if<FramePiece>(&step))
        add(*piece);
      else
        story.violated = true;
    }
    law(input.empty());
  }
  Story story;

 private:
  void add(const FramePiece& piece) {
    if (piece.first) payload_.clear();
    payload_ += as_text(piece.bytes);
    law(payload_.size() <= piece.header.length);
    law(piece.last == (payload_.size() == piece.header.length));
    if (piece.last)
      story.again += test::wire({static_cast<unsigned>(piece.header.opcode), payload_,
                                 piece.header.fin, piece.header.rsv});
    if (is_control(piece.header.opcode) || refused_) return;
    const auto wrong = assembler_.add(piece, events_);
    while (const auto event = events_.pop()) {
      const Message& message = std::get<Received>(*event).message;
      law(message.payload.size() <= 1000);
      law(message.kind == Message::Kind::Binary || is_utf8(message.payload));
      story.messages += std::string(as_text(message.payload)) + "|";
    }
    if (wrong) {
      refused_ = true;
      story.messages += wrong->text;
    }
  }

  FrameDecoder decoder_;
  Assembler assembler_{{.limits = {.size = 1000, .frames = 50, .empty_frames = 4}}};
  EventQueue events_;
  std::string payload_;
  bool refused_ = false;
};

Story read(BytesView bytes, std::size_t piece, std::uint8_t allowed_rsv) {
  Reader reader(allowed_rsv);
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    reader.receive(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  return reader.story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView bytes = std::as_bytes(std::span(data + 1, size - 1));
  const std::size_t piece = 1 + data[0] % 31U;
  const std::uint8_t allowed_rsv = (data[0] & 0x80) != 0 ? kRsv1 : std::uint8_t{0};
  const Story whole = read(bytes, bytes.size() + 1, allowed_rsv);
  const Story cut = read(bytes, piece, allowed_rsv);
  law(whole.again == cut.again && whole.messages == cut.messages && whole.violated == cut.violated);
  law(as_text(bytes).substr(0, whole.again.size()) == whole.again);
  return 0;
}
