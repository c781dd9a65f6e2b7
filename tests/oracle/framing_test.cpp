// Our frames told by wslay, wslay's frames told by us: the same, however they are cut.
#include <gtest/gtest.h>

#include "some_frames.hpp"
#include "ws/frame_decoder.hpp"
#include "ws/frame_encoder.hpp"

namespace wsrelay::test {
namespace {

constexpr std::uint64_t kSeed = 6455;

std::string written_by_us(const std::vector<Frame>& frames) {
  SeededRandom random(kSeed);
  ws::OutputQueue output;
  for (const Frame& frame : frames)
    ws::append_frame(output, static_cast<ws::Opcode>(frame.opcode), as_bytes(frame.payload), random,
                     {.fin = frame.fin, .rsv = static_cast<std::uint8_t>(frame.rsv)});
  return std::string(as_text(output.bytes()));
}

// The frames that FrameDecoder tells; a violation ends them with opcode 99.
class Told {
 public:
  explicit Told(std::uint8_t allowed_rsv) : decoder_(allowed_rsv) {}
  void receive(std::string_view bytes) {
    BytesView input = as_bytes(bytes);
    for (;;) {
      const auto step = decoder_.decode(input);
      if (std::holds_alternative<ws::NeedMore>(step)) return;
      if (const auto* wrong = std::get_if<ws::Violation>(&step))
        frames.push_back({.opcode = 99, .payload = std::string(wrong->text)});
      if (const auto* piece = std::get_if<ws::FramePiece>(&step)) add(*piece);
    }
  }
  std::vector<Frame> frames;

 private:
  void add(const ws::FramePiece& piece) {
    const ws::FrameHeader& header = piece.header;
    if (piece.first)
      frames.push_back(
          {.opcode = static_cast<unsigned>(header.opcode), .fin = header.fin, .rsv = header.rsv});
    frames.back().payload += as_text(piece.bytes);
  }

  ws::FrameDecoder decoder_;
};

// RSV1 on the first frame of some messages, as permessage-deflate sets it.
void mark_some(std::vector<Frame>& frames, SomeFrames& some) {
  for (Frame& frame : frames)
    if (frame.opcode == 1 || frame.opcode == 2) frame.rsv = some.one_in(2) ? ws::kRsv1 : 0;
}

TEST(Framing, WhatWeWriteIsWhatWslayReads) {
  SomeFrames some(kSeed);
  for (int round = 0; round < 2000; ++round) {
    const bool marked = round % 2 == 0;
    auto frames = some.conversation(1 + some.below(4), round % 10 == 0 ? 70'000 : 2000);
    if (marked) mark_some(frames, some);
    frames.push_back(some.close());
    WslayEnd server(WslayEnd::Role::Server);
    if (marked) server.allow_rsv1();
    in_pieces(written_by_us(frames), some, [&](std::string_view piece) { server.receive(piece); });
    ASSERT_EQ(server.story().refused, 0U) << "seed " << kSeed << ", round " << round;
    ASSERT_EQ(server.frames(), frames) << "seed " << kSeed << ", round " << round;
  }
}

TEST(Framing, WhatWslayWritesIsWhatWeRead) {
  SomeFrames some(kSeed + 1);
  for (int round = 0; round < 2000; ++round) {
    auto frames = some.conversation(1 + some.below(4), round % 10 == 0 ? 70'000 : 2000);
    mark_some(frames, some);
    frames.push_back(some.close());
    Told told(ws::kRsv1);
    in_pieces(written_by_wslay(frames, false), some,
              [&](std::string_view piece) { told.receive(piece); });
    ASSERT_EQ(told.frames, frames) << "seed " << kSeed + 1 << ", round " << round;
  }
}

TEST(Framing, AMaskedFrameIsReadByAServerOnly) {
  const std::vector<Frame> frames = {{.opcode = 1, .payload = "hello"}};
  WslayEnd server(WslayEnd::Role::Server), client(WslayEnd::Role::Client);
  server.receive(written_by_us(frames));
  client.receive(written_by_us(frames));
  EXPECT_EQ(server.frames(), frames);
  EXPECT_EQ(client.story().refused, 1002U);
  Told told(0);
  told.receive(written_by_wslay(frames, true));
  EXPECT_EQ(told.frames,
            (std::vector<Frame>{{.opcode = 99, .payload = "masked frame from the server"}}));
}

}  // namespace
}  // namespace wsrelay::test
