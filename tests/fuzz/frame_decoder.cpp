// The first byte says how the rest is cut and which reserved bits are allowed; the rest is what a
// server sent. Laws: the story does not depend on the cut; whole frames, encoded again, are the
// same bytes; after a violation there is silence; no memory is taken, whatever a head promises.
#include "ws/frame_decoder.hpp"

#include <string>

#include "fuzz/memory.hpp"
#include "fuzz/script.hpp"
#include "support/ws_server_frames.hpp"

namespace {

using namespace wsrelay;
using namespace wsrelay::ws;
using fuzz::law;

class Reader {
 public:
  explicit Reader(std::uint8_t allowed_rsv) : decoder_(allowed_rsv) {}

  void receive(BytesView input) {
    for (;;) {
      const fuzz::Memory memory;
      const auto step = decoder_.decode(input);
      law(memory.total() == 0);
      if (std::holds_alternative<NeedMore>(step)) break;
      law(violation_.empty());
      if (const auto* piece = std::get_if<FramePiece>(&step))
        add(*piece);
      else
        violation_ = std::get<Violation>(step).text;
    }
    law(input.empty());
  }
  /// Whole frames, encoded once more.
  const std::string& again() const { return again_; }

  friend bool operator==(const Reader& one, const Reader& other) {
    return one.again_ == other.again_ && one.payload_ == other.payload_ &&
           one.violation_ == other.violation_;
  }

 private:
  void add(const FramePiece& piece) {
    law(piece.first == !in_frame_);
    in_frame_ = !piece.last;
    if (piece.first) payload_.clear();
    payload_ += as_text(piece.bytes);
    law(payload_.size() <= piece.header.length);
    law(piece.last == (payload_.size() == piece.header.length));
    law(!is_control(piece.header.opcode) || (piece.header.fin && piece.header.length <= 125));
    if (piece.last)
      again_ += test::wire({static_cast<unsigned>(piece.header.opcode), payload_, piece.header.fin,
                            piece.header.rsv});
  }

  FrameDecoder decoder_;
  std::string again_;
  std::string payload_;  // of the latest frame
  std::string violation_;
  bool in_frame_ = false;
};

Reader read(BytesView bytes, std::size_t piece, std::uint8_t allowed_rsv) {
  Reader reader(allowed_rsv);
  fuzz::cut(bytes, piece, [&](BytesView part) { reader.receive(part); });
  return reader;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Script script(data, size);
  const unsigned how = script.byte();
  const BytesView bytes = script.rest();
  const std::uint8_t allowed_rsv = (how & 0x80) != 0 ? kRsv1 : std::uint8_t{0};
  const Reader whole = read(bytes, bytes.size() + 1, allowed_rsv);
  law(whole == read(bytes, 1 + how % 31, allowed_rsv));
  law(as_text(bytes).starts_with(whole.again()));
  return 0;
}
