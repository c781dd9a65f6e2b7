#include "ws/assembler.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/ws_server_frames.hpp"
#include "ws/frame_decoder.hpp"

namespace wsrelay::ws {
namespace {

using test::hex;

// Messages in words, "text:ab "; stops at the first violation.
std::string story(std::string_view wire, std::size_t piece, MessageLimits limits) {
  FrameDecoder decoder;
  Assembler assembler({.limits = limits});
  EventQueue events;
  std::string told;
  for (std::size_t at = 0; at < wire.size(); at += piece) {
    BytesView input = as_bytes(wire.substr(at, piece));
    for (;;) {
      const auto step = decoder.decode(input);
      if (std::holds_alternative<NeedMore>(step)) break;
      const auto wrong = assembler.add(std::get<FramePiece>(step), events);
      while (const auto event = events.pop()) {
        const Message& message = std::get<Received>(*event).message;
        EXPECT_LE(message.payload.size(), limits.size);
        told += fmt::format("{}:{} ", name_of(message.kind), as_text(message.payload));
      }
      if (wrong) return told + fmt::format("!{} {}", static_cast<int>(wrong->code), wrong->text);
    }
  }
  return told;
}

struct AssemblyCase {
  const char* name;
  std::string wire;
  std::string story;
  MessageLimits limits = {.size = 8, .frames = 6, .empty_frames = 2};
};
class Assembling : public testing::TestWithParam<AssemblyCase> {};

TEST_P(Assembling, TellsTheSameStoryInPiecesOfEverySize) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size(); ++piece)
    ASSERT_EQ(story(row.wire, piece, row.limits), row.story) << "in pieces of " << piece;
}

const std::string kTooBig = "!1009 message larger than allowed";
const std::string kTooMany = "!1008 message in too many frames";
const std::string kNotUtf8 = "!1007 text is not UTF-8";
const std::string kCutUtf8 = "!1007 text ends inside a UTF-8 character";
const std::string kOrphan = "!1002 continuation of no message";
const std::string kInterleaved = "!1002 new message inside an unfinished one";

INSTANTIATE_TEST_SUITE_P(
    Rfc6455, Assembling,
    testing::Values(
        AssemblyCase{"OneFrame", hex("81 02 6162"), "text:ab "},
        AssemblyCase{"TwoMessages", hex("81 01 61 82 01 62"), "text:a binary:b "},
        AssemblyCase{"EmptyMessages", hex("81 00 82 00"), "text: binary: "},
        AssemblyCase{"TwoFragments", hex("01 01 61 80 01 62"), "text:ab "},
        AssemblyCase{"FragmentsKeepTheKind", hex("02 01 61 00 01 62 80 01 63 81 01 64"),
                     "binary:abc text:d "},
        AssemblyCase{"EmptyFirstAndLast", hex("01 00 00 01 61 80 00"), "text:a "},
        AssemblyCase{"UnfinishedTellsNothing", hex("01 01 61 00 01 62"), ""},
        AssemblyCase{"OrphanContinuation", hex("80 01 61"), kOrphan},
        AssemblyCase{"OrphanUnfinishedContinuation", hex("00 01 61"), kOrphan},
        AssemblyCase{"OrphanAfterMessage", hex("01 01 61 80 01 62 00 00"), "text:ab " + kOrphan},
        AssemblyCase{"TextInsideText", hex("01 01 61 81 01 62"), kInterleaved},
        AssemblyCase{"BinaryInsideText", hex("01 01 61 02 01 62"), kInterleaved},
        AssemblyCase{"ExactlyTheLimit", hex("82 08 6161616161616161"), "binary:aaaaaaaa "},
        AssemblyCase{"OneByteMore", hex("82 09"), kTooBig},
        AssemblyCase{"LimitOverFragments", hex("02 05 6161616161 80 03 616161"),
                     "binary:aaaaaaaa "},
        AssemblyCase{"OneMoreOverFragments", hex("02 05 6161616161 80 04"), kTooBig},
        AssemblyCase{"LimitIsPerMessage", hex("82 05 6161616161 82 05 6161616161"),
                     "binary:aaaaa binary:aaaaa "},
        AssemblyCase{"HugeLengthCannotWrap", hex("02 01 61 80 7f 7fffffffffffffff"), kTooBig},
        AssemblyCase{"NothingAllowed", hex("82 00 82 01"), "binary: " + kTooBig, {.size = 0}},
        AssemblyCase{"AsManyFramesAsAllowed", hex("0201610001610001610001610001618001 61"),
                     "binary:aaaaaa "},
        AssemblyCase{"OneFrameMore", hex("02016100016100016100016100016100016180 00"), kTooMany},
        AssemblyCase{"AsManyEmptyOnesAsAllowed", hex("0200 0000 00 01 61 0000 8000"), "binary:a "},
        AssemblyCase{"OneEmptyMore", hex("0200 0000 8000"), kTooMany},
        AssemblyCase{"EmptyMessagesAreNoFragments", hex("8200 8200 8200 8200"),
                     "binary: binary: binary: binary: "}),
    [](const auto& row) { return std::string(row.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Utf8, Assembling,
    testing::Values(
        AssemblyCase{"CharacterInOneFrame", hex("81 03 e282ac"), "text:€ "},
        AssemblyCase{"CharacterOverFragments", hex("01 01 e2 00 01 82 80 01 ac"), "text:€ "},
        AssemblyCase{"CharacterOverAnEmptyFragment", hex("01 01 e2 00 00 80 02 82ac"), "text:€ "},
        AssemblyCase{"BinaryMayBeAnything", hex("82 02 ff80"), "binary:\xff\x80 "},
        AssemblyCase{"BadByte", hex("81 01 ff"), kNotUtf8},
        AssemblyCase{"BadByteToldBeforeTheFrameEnds", hex("81 08 61ff"), kNotUtf8},
        AssemblyCase{"BadByteToldBeforeTheMessageEnds", hex("01 02 61ff"), kNotUtf8},
        AssemblyCase{"SurrogateOverFragments", hex("01 01 ed 80 02 a080"), kNotUtf8},
        AssemblyCase{"AbovePlane16AtItsSecondByte", hex("01 01 f4 00 01 90"), kNotUtf8},
        AssemblyCase{"CutAtTheEnd", hex("81 02 e282"), kCutUtf8},
        AssemblyCase{"CutAtTheEndOfFragments", hex("01 01 61 80 01 c3"), kCutUtf8},
        AssemblyCase{"CutThenEmptyFin", hex("01 01 c3 80 00"), kCutUtf8},
        AssemblyCase{"NextMessageStartsAfresh", hex("82 01 e2 81 01 61"), "binary:\xe2 text:a "},
        AssemblyCase{"ContinuationIsCheckedToo", hex("01 01 61 80 01 80"), kNotUtf8}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AssemblerMemory, GrowsWithWhatCameAndNotWithWhatIsPromised) {
  Assembler assembler({.limits = {.size = std::size_t{1} << 40}});
  EventQueue events;
  const Bytes kilobyte(1024);
  const FrameHeader header{.opcode = Opcode::Binary, .length = 40 * 1024};
  for (int i = 0; i < 40; ++i)
    ASSERT_FALSE(assembler.add({header, kilobyte, i == 0, i == 39}, events).has_value());
  const auto event = events.pop();
  ASSERT_TRUE(event.has_value());
  const Bytes& payload = std::get<Received>(*event).message.payload;
  EXPECT_EQ(payload.size(), 40U * 1024);
  EXPECT_EQ(payload.capacity(), 40U * 1024) << "sized by the frame's end";

  // A terabyte promised, a kilobyte sent: if memory followed the promise this would not survive.
  Assembler second({.limits = {.size = std::size_t{1} << 50}});
  const FrameHeader huge{.opcode = Opcode::Binary, .length = std::uint64_t{1} << 49};
  EXPECT_FALSE(second.add({huge, kilobyte, true, false}, events).has_value());
  EXPECT_TRUE(events.empty());
}

}  // namespace
}  // namespace wsrelay::ws
