#include <array>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/ws_server_frames.hpp"
#include "unit/ws/payloads.hpp"
#include "unit/ws/zlib_peer.hpp"
#include "ws/deflate.hpp"

namespace wsrelay::ws {
namespace {

using test::hex;
using test::mixed_payload;
using test::ZlibDeflater;

// What comes out of one message, piece by piece; after it "!" and the violation, if there was one.
std::string story(Inflater& inflater, std::string_view message, std::size_t piece = 1 << 30,
                  std::size_t limit = 1 << 30) {
  std::string out;
  const auto take = [&](BytesView plain) -> std::optional<Violation> {
    EXPECT_FALSE(plain.empty());
    EXPECT_LE(plain.size(), 16U * 1024);
    if (plain.size() > limit - out.size()) return Violation{CloseCode::TooBig, "enough"};
    out += as_text(plain);
    return std::nullopt;
  };
  do {
    const std::string_view part = message.substr(0, piece);
    message.remove_prefix(part.size());
    if (const auto wrong = inflater.inflate(as_bytes(part), message.empty(), take))
      return out + fmt::format("!{} {}", static_cast<int>(wrong->code), wrong->text);
  } while (!message.empty());
  return out;
}

struct MessagesCase {
  const char* name;
  std::vector<std::string> messages;
  std::vector<std::string> stories;
  DeflateParameters agreed = {};
};
class InflatedMessages : public testing::TestWithParam<MessagesCase> {};

TEST_P(InflatedMessages, AreTheSameInPiecesOfEverySize) {
  const auto& row = GetParam();
  ASSERT_EQ(row.messages.size(), row.stories.size());
  for (std::size_t piece = 1; piece <= 40; ++piece) {
    Inflater inflater(row.agreed);
    for (std::size_t i = 0; i < row.messages.size(); ++i)
      ASSERT_EQ(story(inflater, row.messages[i], piece), row.stories[i])
          << "message " << i << " in pieces of " << piece;
  }
}

const std::string kCorrupt = "!1007 compressed data is corrupt";
const std::string kCutShort = "!1007 compressed data ends too early";
const DeflateParameters kForgetful{.server_context_takeover = false};
const DeflateParameters kSmall{.server_max_window_bits = 9};
const auto kName = [](const auto& row) { return std::string(row.param.name); };

// RFC 7692 §7.2.3 has these messages.
INSTANTIATE_TEST_SUITE_P(
    OfTheRfc, InflatedMessages,
    testing::Values(MessagesCase{"Hello", {hex("f248cdc9c90700")}, {"Hello"}},
                    MessagesCase{"SharingTheWindow",
                                 {hex("f248cdc9c90700"), hex("f200110000")},
                                 {"Hello", "Hello"}},
                    MessagesCase{"SharingASmallWindow",
                                 {hex("f248cdc9c90700"), hex("f200110000")},
                                 {"Hello", "Hello"},
                                 kSmall},
                    MessagesCase{"NotCompressed", {hex("000500faff48656c6c6f00")}, {"Hello"}},
                    MessagesCase{"LastBlock", {hex("f348cdc9c9070000")}, {"Hello"}},
                    MessagesCase{"TwoBlocks", {hex("f248050000 00ffff cac9c90700")}, {"Hello"}},
                    MessagesCase{"Empty", {hex("00")}, {""}}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Ends, InflatedMessages,
    testing::Values(
        MessagesCase{"NothingAtAll", {"", "", hex("f248cdc9c90700")}, {"", "", "Hello"}},
        MessagesCase{"EmptyOnesBetween",
                     {hex("f248cdc9c90700"), hex("00"), "", hex("f200110000")},
                     {"Hello", "", "", "Hello"}},
        MessagesCase{"LastBlockWithoutAnEmptyOne", {hex("f348cdc9c90700")}, {"Hello"}},
        MessagesCase{"LastBlockTwice", {hex("f348cdc9c90700 f348cdc9c9070000")}, {"HelloHello"}},
        MessagesCase{"LastBlockAndMore", {hex("f348cdc9c90700 f248cdc9c90700")}, {"HelloHello"}},
        MessagesCase{"ReferenceOverALastBlock",
                     {hex("f348cdc9c9070000"), hex("f200110000")},
                     {"Hello", "Hello"}},
        MessagesCase{"ReferenceOverALastBlockInAMessage",
                     {hex("f348cdc9c90700 f200110000")},
                     {"HelloHello"}},
        MessagesCase{"EmptyLastBlocks", {hex("0300 0300 0300 00")}, {""}},
        MessagesCase{"TailNotRemoved", {hex("f248cdc9c90700 0000ffff")}, {"Hello" + kCutShort}},
        MessagesCase{"CutInABlock", {hex("f248cdc9")}, {"Helh" + kCutShort}},
        MessagesCase{"CutBeforeTheEmptyBlock", {hex("f248cdc9c907")}, {"Hello" + kCutShort}},
        MessagesCase{
            "CutInAStoredBlock", {hex("000500faff4865")}, {"He" + hex("0000ff") + kCorrupt}},
        MessagesCase{"OneByte", {hex("f2")}, {"H" + kCutShort}}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Corrupt, InflatedMessages,
    testing::Values(
        MessagesCase{"ReservedBlockType", {hex("07")}, {kCorrupt}},
        MessagesCase{"StoredLengthsDisagree", {hex("000500faf048656c6c6f00")}, {kCorrupt}},
        MessagesCase{"AfterGoodBytes", {hex("000500faff48656c6c6f 07")}, {"Hello" + kCorrupt}},
        MessagesCase{"ReferenceToNothing", {hex("f200110000")}, {"H" + kCorrupt}},
        MessagesCase{"ReferenceToAForgottenMessage",
                     {hex("f248cdc9c90700"), hex("f200110000")},
                     {"Hello", "H" + kCorrupt},
                     kForgetful},
        MessagesCase{"NextToAnother", {hex("f248cdc9c90700"), hex("07")}, {"Hello", kCorrupt}}),
    kName);

// Agreed parameters of the server's side, all of them.
std::vector<DeflateParameters> all_parameters() {
  std::vector<DeflateParameters> all;
  for (std::uint8_t bits = 8; bits <= 15; ++bits)
    for (const bool keeps : {false, true})
      all.push_back({.server_max_window_bits = bits, .server_context_takeover = keeps});
  return all;
}
class InflaterLaw : public testing::TestWithParam<DeflateParameters> {
 protected:
  ZlibDeflater server{GetParam().server_max_window_bits};
  std::string message(std::string_view plain) {
    if (!GetParam().server_context_takeover) server.forget();
    return server.message(plain);
  }
};

TEST_P(InflaterLaw, GivesBackWhatZlibCompressed) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SeededRandom random(seed);
    Inflater inflater(GetParam());
    server.forget();
    for (int i = 0; i < 12; ++i) {
      const std::string plain = mixed_payload(random, random.below(i % 4 == 0 ? 100'000 : 2'000));
      const std::size_t piece = 1 + random.below(1'000);
      ASSERT_TRUE(story(inflater, message(plain), piece) == plain)
          << "seed " << seed << ", message " << i << " in pieces of " << piece;
    }
  }
}

TEST_P(InflaterLaw, IsTheSameCutAtEveryPoint) {
  SeededRandom random(GetParam().server_max_window_bits);
  const std::string first = mixed_payload(random, 700);
  const std::string second = first.substr(300) + mixed_payload(random, 300);
  const std::string wire[] = {message(first), message(second)};
  for (std::size_t cut = 1; cut <= std::max(wire[0].size(), wire[1].size()); ++cut) {
    Inflater inflater(GetParam());
    ASSERT_EQ(story(inflater, wire[0], cut), first) << cut;
    ASSERT_EQ(story(inflater, wire[1], cut), second) << cut;
  }
}

// A byte of the stream changed: something comes out or does not, but whatever the cut, the same.
TEST_P(InflaterLaw, TellsTheSameOfDamageHoweverItIsCut) {
  SeededRandom random(99);
  const std::string first = mixed_payload(random, 3'000);
  const std::string good = message(first);
  std::string plain = mixed_payload(random, 6'000);
  const std::string second = message(plain);
  for (int i = 0; i < 60; ++i) {
    std::string bad = second;
    bad[random.below(bad.size())] ^= static_cast<char>(1 + random.below(255));
    std::string expected;
    for (const std::size_t piece : {std::size_t{1} << 20, std::size_t{1}, std::size_t{7},
                                    std::size_t{100}, std::size_t{1'000}}) {
      Inflater inflater(GetParam());
      ASSERT_EQ(story(inflater, good, 512), first);
      const std::string told = story(inflater, bad, piece, 50'000);
      if (piece == std::size_t{1} << 20) expected = told;
      const std::size_t common = std::min(told.size(), expected.size());
      if (told.find("!1009") == std::string::npos || expected.find("!1009") == std::string::npos)
        ASSERT_EQ(told, expected) << "damage " << i << " in pieces of " << piece;
      else
        ASSERT_EQ(told.substr(0, common - 20), expected.substr(0, common - 20));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllParameters, InflaterLaw, testing::ValuesIn(all_parameters()),
                         [](const auto& row) {
                           return fmt::format(
                               "Bits{}{}", row.param.server_max_window_bits,
                               row.param.server_context_takeover ? "Keeps" : "Forgets");
                         });

// A server that promised a window of 512 bytes and refers to a thousand: within a message that is
// forgiven, over messages it cannot be; but how the bytes are cut never decides.
TEST(Inflater, SeesAReferencePastTheAgreedWindowHoweverItIsCut) {
  SeededRandom random(5);
  std::string noise;
  for (int i = 0; i < 1'000; ++i) noise += static_cast<char>(random.below(256));
  ZlibDeflater server(15);
  const std::string first = server.message(noise + noise);
  const std::string second = server.message(noise);
  for (const std::size_t piece : std::array<std::size_t, 4>{1, 3, 100, 100'000}) {
    Inflater inflater(kSmall);
    EXPECT_EQ(story(inflater, first, piece), noise + noise);
    EXPECT_EQ(story(inflater, second, piece), kCorrupt);
  }
}

TEST(Inflater, StopsABombWhereItIsTold) {
  ZlibDeflater server(15, 9);
  const std::string bomb = server.message(std::string(std::size_t{16} << 20, 'x'));
  EXPECT_GT((std::size_t{16} << 20) / bomb.size(), 1'000U);
  Inflater inflater(DeflateParameters{});
  EXPECT_EQ(story(inflater, bomb, 1 << 30, 1'000'000).substr(61 * 16'384), "!1009 enough");
}

TEST(Inflater, SharesNothingBetweenSessionsButSpareMemory) {
  ZlibDeflater one(12);
  ZlibDeflater two(12);
  Inflater first({.server_max_window_bits = 12});
  Inflater second({.server_max_window_bits = 12});
  for (int i = 0; i < 20; ++i) {
    const std::string a = fmt::format("the first session's message {}", i);
    const std::string b = fmt::format("what the second one says, {} times", i);
    const std::string wire = one.message(a);
    std::string told;
    const auto take = [&](BytesView plain) {
      told += as_text(plain);
      return std::optional<Violation>();
    };
    // The second's message between two pieces of the first's.
    ASSERT_FALSE(first.inflate(as_bytes(wire.substr(0, 4)), false, take).has_value());
    ASSERT_EQ(story(second, two.message(b)), b);
    ASSERT_FALSE(first.inflate(as_bytes(wire.substr(4)), true, take).has_value());
    ASSERT_EQ(told, a);
  }
}

}  // namespace
}  // namespace wsrelay::ws
