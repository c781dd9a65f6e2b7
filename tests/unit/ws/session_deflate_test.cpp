// Sessions that agreed on permessage-deflate.
#include <array>

#include <gtest/gtest.h>

#include "unit/ws/payloads.hpp"
#include "unit/ws/session_story.hpp"
#include "unit/ws/zlib_peer.hpp"

namespace wsrelay::ws {
namespace {

using namespace std::chrono_literals;
using test::client_frames;
using test::close_frame;
using test::Dialogue;
using test::hex;
using test::kStart;
using test::text_frame;
using test::wire;
using test::ZlibDeflater;
using test::ZlibInflater;

const auto kName = [](const auto& row) { return std::string(row.param.name); };
constexpr std::string_view kAgreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

SessionSettings compressing(std::size_t max_message = 1'000) {
  return {.host = "h",
          .deflate = {.offer = DeflateSettings::Offer::On, .threshold = 0},
          .max_message = max_message};
}

struct TalkCase {
  const char* name;
  std::string wire;
  std::string told;
  std::string sent;
};
class CompressedTalk : public testing::TestWithParam<TalkCase> {};

TEST_P(CompressedTalk, IsTheSameInPiecesOfEverySizeGluedToTheAnswer) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size() + 250; piece += piece < 30 ? 1 : 7) {
    Dialogue dialogue(compressing());
    dialogue.receive(test::accepting_answer(dialogue.request(), kAgreed) + row.wire, piece);
    ASSERT_EQ(dialogue.told(), "opened" + (row.told.empty() ? "" : " " + row.told)) << piece;
    ASSERT_EQ(dialogue.sent(), row.sent) << "in pieces of " << piece;
  }
}

TEST_P(CompressedTalk, IsTheSameCutAtEveryPoint) {
  const auto& row = GetParam();
  for (std::size_t cut = 0; cut <= row.wire.size(); ++cut) {
    Dialogue dialogue(compressing());
    dialogue.open(kAgreed).receive(row.wire.substr(0, cut)).tick().receive(row.wire.substr(cut));
    ASSERT_EQ(dialogue.told(), row.told) << "cut at " << cut;
    ASSERT_EQ(dialogue.sent(), row.sent) << "cut at " << cut;
  }
}

std::string ended(int code, std::string_view text) {
  return fmt::format("ended({}/ready {}: {})", code == 1009 ? "too_large" : "protocol", code, text);
}
std::string zipped(std::string_view plain) {
  return ZlibDeflater().message(plain);
}
std::string zipped_frame(std::string_view plain, unsigned opcode = 1) {
  return wire({opcode, zipped(plain), true, 4});
}

const std::string kHello = hex("c1 07 f248cdc9c90700");
const std::string kAgain = hex("c1 05 f200110000");
// Blocks without content.
const std::string kIdle = [] {
  std::string blocks;
  while (blocks.size() < 1'100) blocks += std::string("\0\0\0\xFF\xFF", 5);
  return blocks;
}();
const std::string kReserved = ended(1002, "reserved bit set");
const std::string kCorrupt = ended(1007, "compressed data is corrupt");
const std::string kNotUtf8 = ended(1007, "text is not UTF-8");
const std::string kTooLarge = ended(1009, "message larger than allowed");

INSTANTIATE_TEST_SUITE_P(
    Messages, CompressedTalk,
    testing::Values(
        TalkCase{"Text", kHello, "text:Hello", ""},
        TalkCase{"Binary", hex("c2 07 f248cdc9c90700"), "binary:Hello", ""},
        TalkCase{"UncompressedOnes", text_frame("a") + text_frame("b"), "text:a text:b", ""},
        TalkCase{"ByTurns", kHello + text_frame("plain") + kAgain,
                 "text:Hello text:plain text:Hello", ""},
        TalkCase{"InFrames", hex("41 03 f248cd 00 00 80 04 c9c90700"), "text:Hello", ""},
        TalkCase{"ByteByByte", hex("4101f2 000148 0001cd 0001c9 0001c9 000107 800100"),
                 "text:Hello", ""},
        TalkCase{"LastFrameEmpty", hex("41 07 f248cdc9c90700 80 00"), "text:Hello", ""},
        TalkCase{"PingBetweenFrames", hex("41 03 f248cd 89 01 70 80 04 c9c90700"),
                 "ping:p text:Hello", "a:p"},
        TalkCase{"Empty", hex("c1 01 00"), "text:", ""},
        TalkCase{"EmptyOfNoBytes", hex("c1 00"), "text:", ""},
        TalkCase{"EmptyInFrames", hex("41 00 00 01 00 80 00"), "text:", ""},
        TalkCase{"LastBlock", hex("c1 08 f348cdc9c9070000"), "text:Hello", ""},
        TalkCase{"LargestAllowed", zipped_frame(std::string(1'000, 'x')), "text:(1000 bytes)", ""},
        TalkCase{"LargerOnTheWireThanAllowed", wire({1, kIdle + hex("f248cdc9c90700"), true, 4}),
                 "text:Hello", ""},
        TalkCase{"CharacterOverFrames",
                 wire({1, zipped("\xE2\x82\xAC").substr(0, 2), false, 4}) +
                     wire({0, zipped("\xE2\x82\xAC").substr(2)}),
                 "text:\\e2\\82\\ac", ""},
        TalkCase{"ThenAClose", kHello + close_frame(1000), "text:Hello closed:1000::server ended",
                 "8:1000"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Violations, CompressedTalk,
    testing::Values(
        TalkCase{"Rsv1OnAContinuation", hex("41 03 f248cd c0 04 c9c90700"), kReserved, "8:1002"},
        TalkCase{"Rsv1OnAContinuationOfPlainText", hex("01 01 61 c0 01 62"), kReserved, "8:1002"},
        TalkCase{"Rsv1OnAPing", hex("c9 00"), kReserved, "8:1002"},
        TalkCase{"Rsv1OnAPong", hex("ca 00"), kReserved, "8:1002"},
        TalkCase{"Rsv1OnAClose", hex("c8 02 03e8"), kReserved, "8:1002"},
        TalkCase{"Rsv2", hex("a1 00"), kReserved, "8:1002"},
        TalkCase{"Rsv3", hex("91 00"), kReserved, "8:1002"},
        TalkCase{"Rsv1AndRsv2", hex("e1 00"), kReserved, "8:1002"},
        TalkCase{"Corrupt", hex("c1 01 07"), kCorrupt, "8:1007"},
        TalkCase{"CorruptInALaterFrame", hex("41 07 f348cdc9c90700 00 01 07"), kCorrupt, "8:1007"},
        TalkCase{"GoodThenCorrupt", kHello + hex("c1 01 07"), "text:Hello " + kCorrupt, "8:1007"},
        TalkCase{"ReferenceBeforeTheFirstMessage", kAgain, kCorrupt, "8:1007"},
        TalkCase{"UncompressedMessagesAreNotReferredTo", text_frame("Hello") + kAgain,
                 "text:Hello " + kCorrupt, "8:1007"},
        TalkCase{"CutShort", hex("c1 06 f248cdc9c907"),
                 ended(1007, "compressed data ends too early"), "8:1007"},
        TalkCase{"CutShortInFrames", hex("41 03 f248cd 80 03 c9c907"),
                 ended(1007, "compressed data ends too early"), "8:1007"},
        TalkCase{"NotText",
                 wire({1,
                       zipped("abc\xFF"
                              "def"),
                       true, 4}),
                 kNotUtf8, "8:1007"},
        TalkCase{"BinaryMayBeAnything", zipped_frame("\xFF", 2), "binary:\\ff", ""},
        TalkCase{"TextEndsInACharacter", zipped_frame("abc\xE2\x82"),
                 ended(1007, "text ends inside a UTF-8 character"), "8:1007"},
        TalkCase{"NotTextToldBeforeTheMessageEnds", wire({1, zipped("\xFF"), false, 4}), kNotUtf8,
                 "8:1007"},
        TalkCase{"OneByteTooLarge", zipped_frame(std::string(1'001, 'x')), kTooLarge, "8:1009"},
        TalkCase{"TooLargeInFrames", wire({2, zipped(std::string(1'001, 'x')), false, 4}),
                 kTooLarge, "8:1009"},
        TalkCase{"NotTextBeforeTooLarge",
                 zipped_frame(std::string(900, 'x') + '\xFF' + std::string(900, 'x')), kNotUtf8,
                 "8:1007"},
        TalkCase{"TooLargeBeforeNotText", zipped_frame(std::string(1'001, 'x') + '\xFF'), kTooLarge,
                 "8:1009"},
        TalkCase{"UncompressedTooLarge", hex("82 7e 03e9"), kTooLarge, "8:1009"}),
    kName);

TEST(CompressedSession, TellsWhatWasAgreed) {
  SeededRandom random(1);
  Session session(compressing(), random, kStart);
  session.receive(
      as_bytes(test::accepting_answer(
          as_text(session.output()),
          "Sec-WebSocket-Extensions: permessage-deflate;server_max_window_bits=10\r\n")),
      kStart);
  EXPECT_EQ(std::get<Opened>(session.next_event().value()).extensions,
            "permessage-deflate; server_max_window_bits=10");
}

TEST(CompressedSession, WithoutAnAgreementSendsAndTakesNothingCompressed) {
  Dialogue dialogue(compressing());
  dialogue.open();
  dialogue.session().send({Message::Kind::Text, Bytes(500)});
  dialogue.receive(kHello);
  EXPECT_EQ(dialogue.told(), kReserved);
  EXPECT_EQ(dialogue.sent(), "1:(500 bytes) 8:1002");
}

// What a server with zlib reads of what we sent: "2z:…" for a compressed message.
struct SendCase {
  const char* name;
  std::string answer;
  int bits;
  bool keeps;
};
class CompressedSending : public testing::TestWithParam<SendCase> {};

TEST_P(CompressedSending, IsReadByZlib) {
  const auto& row = GetParam();
  SeededRandom random(5);
  SessionSettings settings = compressing();
  settings.deflate.client_context_takeover = row.keeps;
  settings.deflate.threshold = 64;
  Session session(settings, random, kStart);
  session.receive(as_bytes(test::accepting_answer(
                      as_text(session.output()),
                      "Sec-WebSocket-Extensions: permessage-deflate" + row.answer + "\r\n")),
                  kStart);
  session.output_taken(session.output().size());
  ASSERT_TRUE(session.is_open());
  std::vector<std::string> plain;
  for (int i = 0; i < 50; ++i) {
    plain.push_back(test::mixed_payload(random, random.below(3'000)));
    session.send({Message::Kind::Binary, to_bytes(plain.back())});
  }
  ZlibInflater server(row.bits);
  CompressionCount count;
  const auto frames = client_frames(as_text(session.output()));
  ASSERT_EQ(frames.size(), plain.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    ASSERT_TRUE(frames[i].fin && frames[i].opcode == 2 && (frames[i].rsv & 3) == 0);
    if (frames[i].rsv == 0) {
      ASSERT_EQ(frames[i].payload, plain[i]);
      continue;
    }
    if (!row.keeps) server.forget();
    ASSERT_TRUE(server.message(frames[i].payload) == plain[i]) << i;
    ASSERT_GE(plain[i].size(), 64U);
    count.sent_wire += frames[i].payload.size();
    count.sent_plain += plain[i].size();
  }
  EXPECT_EQ(session.compression(), count);
  EXPECT_EQ(count.sent_plain == 0, row.bits == 8);
}

INSTANTIATE_TEST_SUITE_P(
    Agreed, CompressedSending,
    testing::Values(SendCase{"Nothing", "", 15, false}, SendCase{"NothingAndWeKeep", "", 15, true},
                    SendCase{"NineBits", "; client_max_window_bits=9", 9, false},
                    SendCase{"NineBitsAndWeKeep", "; client_max_window_bits=9", 9, true},
                    SendCase{"EightBitsMeansNever", "; client_max_window_bits=8", 8, false},
                    SendCase{"FifteenBits", "; client_max_window_bits=15", 15, true}),
    kName);

TEST(CompressedSending, ForgetsIfTheServerDemandsIt) {
  SeededRandom random(5);
  SessionSettings settings = compressing();
  settings.deflate.client_context_takeover = true;
  Session session(settings, random, kStart);
  session.receive(
      as_bytes(test::accepting_answer(
          as_text(session.output()),
          "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n")),
      kStart);
  session.output_taken(session.output().size());
  const Message message{Message::Kind::Text, Bytes(300, std::byte{'a'})};
  session.send(message);
  session.send(message);
  const auto frames = client_frames(as_text(session.output()));
  EXPECT_EQ(frames.at(0).payload, frames.at(1).payload);
  EXPECT_EQ(frames.at(1).rsv, 4U);
}

TEST(CompressedSending, LeavesPartsAsTheyAre) {
  Dialogue dialogue(compressing());
  dialogue.open(kAgreed);
  const Bytes letters(30, std::byte{'a'});
  ASSERT_TRUE(dialogue.session().send_part(Opcode::Text, letters, false).has_value());
  ASSERT_TRUE(dialogue.session().send_part(Opcode::Continuation, letters, true).has_value());
  EXPECT_EQ(dialogue.sent(), fmt::format("1+:{0} 0:{0}", std::string(30, 'a')));
  EXPECT_EQ(dialogue.session().compression(), CompressionCount{});
}

TEST(Compression, IsCountedInBothDirectionsForCompressedMessagesOnly) {
  Dialogue dialogue(compressing());
  dialogue.open(kAgreed).receive(kHello + text_frame("plain") + hex("c1 01 00") + kAgain);
  dialogue.session().send({Message::Kind::Text, Bytes(100, std::byte{'a'})});
  dialogue.session().send({Message::Kind::Text, to_bytes("short")});
  const CompressionCount count = dialogue.session().compression();
  EXPECT_EQ(count.received_wire, 7U + 1 + 5);
  EXPECT_EQ(count.received_plain, 10U);
  EXPECT_EQ(count.sent_plain, 100U);
  EXPECT_LT(count.sent_wire, 20U);
}

// ---- bombs

struct Feeding {
  std::size_t calls = 0;
  std::uint64_t most = 0;  // decompressed in one call
  std::string told = {};
};

Feeding feed(Session& session, std::string_view stream) {
  Feeding feeding;
  while (!stream.empty()) {
    const std::uint64_t before = session.compression().received_plain;
    const std::size_t taken = session.receive(as_bytes(stream.substr(0, 64 * 1024)), kStart);
    EXPECT_GT(taken, 0U);
    if (taken == 0) break;
    stream.remove_prefix(taken);
    ++feeding.calls;
    feeding.most = std::max(feeding.most, session.compression().received_plain - before);
    while (const auto event = session.next_event())
      if (!std::holds_alternative<ReceivedPart>(*event))
        feeding.told += test::story_of(*event) + " ";
    if (session.deadline() <= kStart) session.tick(kStart);
  }
  while (const auto event = session.next_event()) feeding.told += test::story_of(*event) + " ";
  return feeding;
}

struct Bombed {
  explicit Bombed(SessionSettings settings) : session(std::move(settings), random, kStart) {
    session.receive(as_bytes(test::accepting_answer(as_text(session.output()), kAgreed)), kStart);
    session.output_taken(session.output().size());
    while (session.next_event()) {
    }
  }
  SeededRandom random{1};
  Session session;
};

std::string bomb(std::size_t size) {
  ZlibDeflater deflater(15, 9);
  return wire({2, deflater.message(std::string(size, 'x')), true, 4});
}
constexpr std::size_t kMiB = 1024 * 1024;
constexpr std::uint64_t kTurn = 256 * 1024 + 512 * 1032;  // and what one more slice can hold

TEST(Bomb, EndsTheSessionAtTheLimitAndTakesNoMoreThanItsTurn) {
  const std::string stream = bomb(64 * kMiB);
  ASSERT_GT(64 * kMiB / stream.size(), 1'000U);
  Bombed bombed(compressing(kMiB));
  const Feeding feeding = feed(bombed.session, stream);
  EXPECT_EQ(feeding.told, kTooLarge + " ");
  EXPECT_LE(feeding.most, kTurn);
  EXPECT_LE(bombed.session.compression().received_plain, kMiB + 16 * 1024);
}

TEST(Bomb, ThatIsAllowedIsTakenInTurns) {
  const std::string stream = bomb(16 * kMiB);
  Bombed bombed(compressing(16 * kMiB));
  const Feeding feeding = feed(bombed.session, stream + text_frame("next"));
  EXPECT_EQ(feeding.told, fmt::format("binary:({} bytes) text:next ", 16 * kMiB));
  EXPECT_LE(feeding.most, kTurn);
  EXPECT_GE(feeding.calls, 16 * kMiB / kTurn);
}

TEST(Bomb, OfManySmallMessagesIsTakenInTurns) {
  std::string stream;
  const std::string one = bomb(100'000);
  for (int i = 0; i < 100; ++i) stream += one;
  Bombed bombed(compressing(kMiB));
  const Feeding feeding = feed(bombed.session, stream);
  EXPECT_LE(feeding.most, kTurn);
  EXPECT_GE(feeding.calls, 10U);
  EXPECT_TRUE(bombed.session.is_open());
}

TEST(Bomb, InChunksPassesThroughInTurns) {
  SessionSettings settings = compressing(1'000);
  settings.receiving = Receiving::Chunks;
  Bombed bombed(settings);
  const Feeding feeding = feed(bombed.session, bomb(64 * kMiB));
  EXPECT_EQ(feeding.told, "");
  EXPECT_LE(feeding.most, kTurn);
  EXPECT_EQ(bombed.session.compression().received_plain, 64 * kMiB);
}

TEST(Bomb, IsAnsweredBetweenTurns) {
  Bombed bombed(compressing(16 * kMiB));
  const std::string stream = bomb(8 * kMiB) + hex("89 01 70");
  const std::size_t taken = bombed.session.receive(as_bytes(stream), kStart);
  ASSERT_LT(taken, stream.size());
  EXPECT_TRUE(bombed.session.is_open());
  bombed.session.send({Message::Kind::Text, to_bytes("meanwhile")});
  bombed.session.close(CloseCode::GoingAway, "", kStart);
  EXPECT_EQ(client_frames(as_text(bombed.session.output())).size(), 2U);
  const Feeding rest = feed(bombed.session, std::string_view(stream).substr(taken));
  EXPECT_EQ(rest.told, fmt::format("binary:({} bytes) ", 8 * kMiB));
}

// The same story whatever is handed in at a time and however often it stops.
TEST(Bomb, TellsTheSameInPiecesOfEverySize) {
  const std::string stream = bomb(2 * kMiB) + bomb(kMiB) + text_frame("x") + bomb(3 * kMiB + 1);
  std::string expected;
  for (const std::size_t piece : std::array<std::size_t, 7>{100'000, 1, 500, 511, 512, 513, 1024}) {
    Dialogue dialogue(compressing(3 * kMiB));
    dialogue.open(kAgreed).receive(stream, piece);
    if (expected.empty()) expected = dialogue.told();
    EXPECT_EQ(dialogue.told(), expected);
  }
  EXPECT_EQ(expected, fmt::format("binary:({} bytes) binary:({} bytes) text:x {}", 2 * kMiB, kMiB,
                                  kTooLarge));
}

// Blocks out of which nothing comes: they cost their own bytes, no more.
TEST(Bomb, OfEmptyBlocksIsNoBomb) {
  std::string payload;
  for (int i = 0; i < 30'000; ++i) payload += std::string("\0\0\0\xFF\xFF", 5);
  for (int i = 0; i < 30'000; ++i) payload += std::string("\x03\0", 2);
  Bombed bombed(compressing(1));
  EXPECT_EQ(feed(bombed.session, wire({1, payload + '\0', true, 4})).told, "text: ");
}

}  // namespace
}  // namespace wsrelay::ws
