#include "ws/frame_decoder.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/ws_server_frames.hpp"

namespace wsrelay::ws {
namespace {

using test::hex;

// Frames in words, "1:Hello ": opcode, '+' if FIN is clear, 'r' and the reserved bits, payload;
// long payloads by length. A frame whose end is not there yet ends in "…".
class Story {
 public:
  explicit Story(std::uint8_t allowed_rsv) : decoder_(allowed_rsv) {}

  void receive(BytesView input) {
    for (;;) {
      const auto step = decoder_.decode(input);
      if (std::holds_alternative<NeedMore>(step)) break;
      if (const auto* piece = std::get_if<FramePiece>(&step)) add(*piece);
      if (const auto* wrong = std::get_if<Violation>(&step))
        text_ += fmt::format("!{} {}", static_cast<int>(wrong->code), wrong->text);
    }
    EXPECT_TRUE(input.empty()) << "NeedMore with bytes left";
  }
  std::string text() const { return open_ ? text_ + head_ + payload_ + "…" : text_; }

 private:
  void add(const FramePiece& piece) {
    if (piece.first) {
      EXPECT_FALSE(open_) << "a frame began inside another";
      const FrameHeader& header = piece.header;
      head_ = fmt::format("{:x}{}{}:", static_cast<int>(header.opcode), header.fin ? "" : "+",
                          header.rsv != 0 ? fmt::format("r{}", header.rsv) : "");
      payload_.clear();
    }
    payload_ += as_text(piece.bytes);
    open_ = !piece.last;
    if (open_) return;
    EXPECT_EQ(payload_.size(), piece.header.length);
    text_ += head_ + (payload_.size() > 60 ? fmt::format("({})", payload_.size()) : payload_) + " ";
  }

  FrameDecoder decoder_;
  std::string text_, head_, payload_;
  bool open_ = false;
};

std::string story(std::string_view wire, std::size_t piece, std::uint8_t allowed_rsv = 0) {
  Story told(allowed_rsv);
  for (std::size_t at = 0; at < wire.size(); at += piece)
    told.receive(as_bytes(wire.substr(at, piece)));
  return told.text();
}

struct FrameCase {
  const char* name;
  std::string wire;
  std::string story;
  std::uint8_t allowed_rsv = 0;
};

class FrameDecoding : public testing::TestWithParam<FrameCase> {};

TEST_P(FrameDecoding, TellsTheSameStoryInPiecesOfEverySize) {
  const auto& row = GetParam();
  const std::size_t small = row.wire.size() > 4096 ? 997 : 1;
  for (std::size_t piece = small; piece <= row.wire.size(); piece += small)
    ASSERT_EQ(story(row.wire, piece, row.allowed_rsv), row.story) << "in pieces of " << piece;
}

TEST_P(FrameDecoding, TellsTheSameStoryCutAtEveryPoint) {
  const auto& row = GetParam();
  const std::size_t step = row.wire.size() > 4096 ? 701 : 1;
  for (std::size_t cut = 0; cut <= row.wire.size(); cut += step) {
    Story told(row.allowed_rsv);
    told.receive(as_bytes(std::string_view(row.wire).substr(0, cut)));
    told.receive({});
    told.receive(as_bytes(std::string_view(row.wire).substr(cut)));
    ASSERT_EQ(told.text(), row.story) << "cut at " << cut;
  }
}

TEST_P(FrameDecoding, IsSilentAfterAViolation) {
  const auto& row = GetParam();
  if (row.story.find('!') == std::string::npos) return;
  EXPECT_EQ(
      story(row.wire + test::text_frame("more") + row.wire, row.wire.size() + 3, row.allowed_rsv),
      row.story);
}

TEST_P(FrameDecoding, AsksForMoreAtEveryPrefixOfAValidStream) {
  const auto& row = GetParam();
  if (row.story.find('!') != std::string::npos) return;
  const std::size_t step = row.wire.size() > 4096 ? 701 : 1;
  for (std::size_t size = 0; size < row.wire.size(); size += step)
    ASSERT_EQ(story(row.wire.substr(0, size), size + 1, row.allowed_rsv).find('!'),
              std::string::npos)
        << "after " << size << " bytes";
}

std::string z(std::size_t n) {
  return std::string(n, 'z');
}
std::string refused(std::string_view text) {
  return fmt::format("!1002 {}", text);
}
const std::string kRsv = refused("reserved bit set");
const std::string kOpcode = refused("unknown opcode");
const std::string kFragmented = refused("fragmented control frame");
const std::string kMasked = refused("masked frame from the server");
const std::string kLongControl = refused("control frame longer than 125 bytes");
const std::string kNotMinimal = refused("length not in its shortest form");
const std::string kTopBit = refused("length has its top bit set");

const auto kName = [](const auto& row) { return std::string(row.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Whole, FrameDecoding,
    testing::Values(
        FrameCase{"TextHello", hex("81 05 48656c6c6f"), "1:Hello "},
        FrameCase{"BinaryHello", hex("82 05 48656c6c6f"), "2:Hello "},
        FrameCase{"EmptyText", hex("81 00"), "1: "}, FrameCase{"EmptyBinary", hex("82 00"), "2: "},
        FrameCase{"EmptyPing", hex("89 00"), "9: "}, FrameCase{"EmptyPong", hex("8a 00"), "a: "},
        FrameCase{"EmptyClose", hex("88 00"), "8: "},
        FrameCase{"PingWithPayload", hex("89 02 6869"), "9:hi "},
        FrameCase{"PongWithPayload", hex("8a 02 6869"), "a:hi "},
        FrameCase{"CloseWithCode", hex("88 02 6162"), "8:ab "},
        FrameCase{"Length125IsTheLargest7BitOne", hex("81 7d") + z(125), "1:(125) "},
        FrameCase{"Length126IsTheSmallest16BitOne", hex("81 7e 007e") + z(126), "1:(126) "},
        FrameCase{"Length127", hex("81 7e 007f") + z(127), "1:(127) "},
        FrameCase{"Length128", hex("81 7e 0080") + z(128), "1:(128) "},
        FrameCase{"Length256UsesTheHighByte", hex("81 7e 0100") + z(256), "1:(256) "},
        FrameCase{"Length65535IsTheLargest16BitOne", hex("81 7e ffff") + z(65535), "1:(65535) "},
        FrameCase{"Length65536IsTheSmallest64BitOne", hex("82 7f 0000000000010000") + z(65536),
                  "2:(65536) "},
        FrameCase{"Control125", hex("89 7d") + z(125), "9:(125) "},
        FrameCase{"TwoFramesTogether", hex("81 01 61 82 01 62"), "1:a 2:b "},
        FrameCase{"ManyEmptyFrames", hex("8100 8200 8900 8a00 8100"), "1: 2: 9: a: 1: "},
        FrameCase{"TwoFragments", hex("01 03 48656c 80 02 6c6f"), "1+:Hel 0:lo "},
        FrameCase{"ThreeFragments", hex("02 01 61 00 01 62 80 01 63"), "2+:a 0+:b 0:c "},
        FrameCase{"PingInsideMessage", hex("01 03 48656c 89 00 80 02 6c6f"), "1+:Hel 9: 0:lo "},
        FrameCase{"EmptyFragments", hex("0100 0000 8000"), "1+: 0+: 0: "},
        FrameCase{"Opcode0IsCutWithoutJudgingMessages", hex("80 01 61"), "0:a "}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Unfinished, FrameDecoding,
    testing::Values(FrameCase{"HeadAlone", hex("81 05"), "1:…"},
                    FrameCase{"HalfAHead", hex("81"), ""},
                    FrameCase{"HalfALength", hex("81 7e 01"), ""},
                    FrameCase{"HalfAPayload", hex("81 05 4865"), "1:He…"},
                    FrameCase{"GoodThenHalf", hex("81 01 61 82 02 62"), "1:a 2:b…"},
                    FrameCase{"Length2To31Minus1", hex("82 7f 000000007fffffff 61"), "2:a…"},
                    FrameCase{"Length2To31", hex("82 7f 0000000080000000 61"), "2:a…"},
                    FrameCase{"Length2To31Plus1", hex("82 7f 0000000080000001 61"), "2:a…"},
                    FrameCase{"Length2To32Minus1", hex("82 7f 00000000ffffffff 61"), "2:a…"},
                    FrameCase{"Length2To32", hex("82 7f 0000000100000000 61"), "2:a…"},
                    FrameCase{"Length2To32Plus1", hex("82 7f 0000000100000001 61"), "2:a…"},
                    FrameCase{"Length2To63Minus1", hex("82 7f 7fffffffffffffff 61"), "2:a…"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    BadLengths, FrameDecoding,
    testing::Values(FrameCase{"Length2To63", hex("82 7f 8000000000000000 61"), kTopBit},
                    FrameCase{"Length2To64Minus1", hex("82 7f ffffffffffffffff 61"), kTopBit},
                    FrameCase{"TopBitOverSmallLength", hex("82 7f 8000000000000005 61"), kTopBit},
                    FrameCase{"ZeroIn16Bits", hex("82 7e 0000"), kNotMinimal},
                    FrameCase{"FiveIn16Bits", hex("82 7e 0005 6161616161"), kNotMinimal},
                    FrameCase{"125In16Bits", hex("82 7e 007d"), kNotMinimal},
                    FrameCase{"ZeroIn64Bits", hex("82 7f 0000000000000000"), kNotMinimal},
                    FrameCase{"125In64Bits", hex("82 7f 000000000000007d"), kNotMinimal},
                    FrameCase{"126In64Bits", hex("82 7f 000000000000007e"), kNotMinimal},
                    FrameCase{"65535In64Bits", hex("82 7f 000000000000ffff"), kNotMinimal}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Reserved, FrameDecoding,
    testing::Values(
        FrameCase{"Rsv1Text", hex("c1 00"), kRsv}, FrameCase{"Rsv2Text", hex("a1 00"), kRsv},
        FrameCase{"Rsv3Text", hex("91 00"), kRsv}, FrameCase{"Rsv13Binary", hex("d2 00"), kRsv},
        FrameCase{"Rsv12Binary", hex("e2 00"), kRsv}, FrameCase{"Rsv123Close", hex("f8 00"), kRsv},
        FrameCase{"Rsv1Ping", hex("c9 00"), kRsv}, FrameCase{"Rsv1Pong", hex("ca 00"), kRsv},
        FrameCase{"Rsv1Continuation", hex("c0 00"), kRsv},
        FrameCase{"GoodThenRsv3", hex("81 01 61 91 00 89 00"), "1:a " + kRsv},
        FrameCase{"AllowedRsv1Text", hex("c1 01 61"), "1r4:a ", kRsv1},
        FrameCase{"AllowedRsv1Binary", hex("42 01 61"), "2+r4:a ", kRsv1},
        FrameCase{"AllowedRsv1IsNotRsv2", hex("a1 01 61"), kRsv, kRsv1},
        FrameCase{"AllowedRsv1NotWithRsv3", hex("d1 01 61"), kRsv, kRsv1},
        FrameCase{"AllowedRsv1NotOnPing", hex("c9 00"), kRsv, kRsv1},
        FrameCase{"AllowedRsv1NotOnClose", hex("c8 00"), kRsv, kRsv1},
        FrameCase{"AllowedRsv1NotOnContinuation", hex("42 01 61 c0 01 62"), "2+r4:a " + kRsv,
                  kRsv1},
        FrameCase{"Opcode3", hex("83 00"), kOpcode}, FrameCase{"Opcode4", hex("84 01 61"), kOpcode},
        FrameCase{"Opcode5", hex("85 00"), kOpcode}, FrameCase{"Opcode6", hex("86 00"), kOpcode},
        FrameCase{"Opcode7", hex("87 00"), kOpcode}, FrameCase{"Opcode11", hex("8b 00"), kOpcode},
        FrameCase{"Opcode12", hex("8c 01 61"), kOpcode},
        FrameCase{"Opcode13", hex("8d 00"), kOpcode}, FrameCase{"Opcode14", hex("8e 00"), kOpcode},
        FrameCase{"Opcode15", hex("8f 00"), kOpcode},
        FrameCase{"Opcode3Unfinished", hex("03 00"), kOpcode},
        FrameCase{"GoodThenOpcode5", hex("81 01 61 85 00 89 00"), "1:a " + kOpcode}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    ControlAndMask, FrameDecoding,
    testing::Values(FrameCase{"PingWithoutFin", hex("09 00 80 00"), kFragmented},
                    FrameCase{"PongWithoutFin", hex("0a 00 80 00"), kFragmented},
                    FrameCase{"CloseWithoutFin", hex("08 00"), kFragmented},
                    FrameCase{"Ping126", hex("89 7e 007e") + z(126), kLongControl},
                    FrameCase{"Pong126", hex("8a 7e 007e") + z(126), kLongControl},
                    FrameCase{"Close126", hex("88 7e 007e") + z(126), kLongControl},
                    FrameCase{"PingIn64Bits", hex("89 7f 0000000000010000"), kLongControl},
                    FrameCase{"MaskedText", hex("81 85 00000000 48656c6c6f"), kMasked},
                    FrameCase{"MaskedEmpty", hex("81 80 12345678"), kMasked},
                    FrameCase{"MaskedPing", hex("89 80 12345678"), kMasked},
                    FrameCase{"MaskedClose", hex("88 82 12345678 0000"), kMasked},
                    FrameCase{"Masked16Bits", hex("82 fe 0080"), kMasked},
                    FrameCase{"Masked64Bits", hex("82 ff 0000000000010000"), kMasked},
                    FrameCase{"ReservedBitsAreToldBeforeTheRest", hex("f3 fe"), kRsv},
                    FrameCase{"HttpInsteadOfFrames", "HTTP/1.1 400 Bad Request\r\n", kRsv},
                    FrameCase{"AllOnes", hex("ffff ffffffffffffffff"), kRsv}),
    kName);

}  // namespace
}  // namespace wsrelay::ws
