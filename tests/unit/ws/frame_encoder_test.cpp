#include "ws/frame_encoder.hpp"

#include <set>

#include <gtest/gtest.h>

#include "support/ws_server_frames.hpp"
#include "ws/frame_decoder.hpp"

namespace wsrelay::ws {
namespace {

using test::hex;

// Always the same key: makes frames comparable byte by byte.
class FixedRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override {
    constexpr unsigned char kKey[] = {0x37, 0xfa, 0x21, 0x3d};
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte{kKey[i % 4]};
  }
};

struct EncodingCase {
  const char* name;
  Opcode opcode;
  std::string payload;
  FrameBits bits;
  std::string wire;
};
class FrameEncoding : public testing::TestWithParam<EncodingCase> {};

TEST_P(FrameEncoding, WritesExactlyTheseBytes) {
  const auto& row = GetParam();
  FixedRandom random;
  OutputQueue output;
  append_frame(output, row.opcode, as_bytes(row.payload), random, row.bits);
  EXPECT_EQ(as_text(output.bytes()), row.wire);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc6455, FrameEncoding,
    testing::Values(
        EncodingCase{
            "TheExampleOfSection5_7", Opcode::Text, "Hello", {}, hex("81 85 37fa213d 7f9f4d5158")},
        EncodingCase{"EmptyIsMaskedToo", Opcode::Binary, "", {}, hex("82 80 37fa213d")},
        EncodingCase{"Ping", Opcode::Ping, "", {}, hex("89 80 37fa213d")},
        EncodingCase{
            "FragmentWithRsv1", Opcode::Text, "", {.fin = false, .rsv = 4}, hex("41 80 37fa213d")},
        EncodingCase{"Continuation",
                     Opcode::Continuation,
                     std::string(4, '\0'),
                     {},
                     hex("80 84 37fa213d 37fa213d")}),
    [](const auto& row) { return std::string(row.param.name); });

class LengthOf : public testing::TestWithParam<std::size_t> {};

TEST_P(LengthOf, SurvivesTheServersDecoder) {
  SeededRandom random(GetParam() + 1);
  std::string payload(GetParam(), '\0');
  random.fill(std::as_writable_bytes(std::span(payload)));
  OutputQueue output;
  append_frame(output, Opcode::Binary, as_bytes(payload), random);
  append_frame(output, Opcode::Text, as_bytes("next"), random, {.fin = false});
  const auto frames = test::client_frames(as_text(output.bytes()));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].opcode, 2U);
  EXPECT_TRUE(frames[0].fin);
  EXPECT_TRUE(frames[0].payload == payload);
  EXPECT_EQ(frames[1].payload, "next");
  EXPECT_FALSE(frames[1].fin);
}

// What the server encodes, we decode; what we read, encoded again, is the same bytes.
TEST_P(LengthOf, IsTheSameAfterDecodingAndEncodingAgain) {
  const std::string wire = test::wire({2, std::string(GetParam(), 'q'), false});
  BytesView input = as_bytes(wire);
  FrameDecoder decoder;
  const auto step = decoder.decode(input);
  const auto& piece = std::get<FramePiece>(step);
  EXPECT_TRUE(piece.first && piece.last);
  EXPECT_TRUE(test::wire({static_cast<unsigned>(piece.header.opcode),
                          std::string(as_text(piece.bytes)), piece.header.fin, piece.header.rsv}) ==
              wire);
}

INSTANTIATE_TEST_SUITE_P(Boundaries, LengthOf,
                         testing::Values(0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 65, 71, 72, 124, 125,
                                         126, 127, 128, 255, 256, 257, 65534, 65535, 65536, 65537,
                                         1 << 20));

TEST(MaskingKeys, AreFreshForEachFrameAndEvenlySpread) {
  SystemRandom random;
  OutputQueue output;
  constexpr int kFrames = 100'000;
  std::array<std::array<int, 256>, 4> counts{};
  std::string before;
  int repeated = 0;
  for (int i = 0; i < kFrames; ++i) {
    append_frame(output, Opcode::Ping, {}, random);
    const auto frames = test::client_frames(as_text(output.bytes()));
    output.take(output.bytes().size());
    const std::string& key = frames.at(0).key;
    repeated += key == before ? 1 : 0;
    for (std::size_t k = 0; k < 4; ++k) ++counts[k][static_cast<unsigned char>(key[k])];
    before = key;
  }
  EXPECT_LE(repeated, 1);  // expected: 100 000 / 2^32
  for (const auto& place : counts) {
    const double expected = kFrames / 256.0;
    double chi2 = 0;
    for (const int count : place) chi2 += (count - expected) * (count - expected) / expected;
    // 255 degrees of freedom: mean 255, deviation 22.6; ten deviations never happen by chance.
    EXPECT_LT(chi2, 480);
    EXPECT_GT(chi2, 100);
  }
}

}  // namespace
}  // namespace wsrelay::ws
