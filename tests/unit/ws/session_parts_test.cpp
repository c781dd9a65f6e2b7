// Messages told and sent in parts.
#include <limits>

#include <gtest/gtest.h>

#include "unit/ws/payloads.hpp"
#include "unit/ws/session_story.hpp"
#include "unit/ws/zlib_peer.hpp"

namespace wsrelay::ws {
namespace {

using test::close_frame;
using test::Dialogue;
using test::hex;
using test::text_frame;
using test::wire;

const auto kName = [](const auto& row) { return std::string(row.param.name); };

SessionSettings hearing(Receiving receiving, std::size_t chunk = 4, std::size_t max_message = 10) {
  return {.host = "h",
          .deflate = {.offer = DeflateSettings::Offer::On},
          .receiving = receiving,
          .chunk = chunk,
          .max_message = max_message,
          .max_frames = 5};
}
constexpr std::string_view kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

struct PartsCase {
  const char* name;
  std::string wire;
  std::string told;
  Receiving receiving = Receiving::Chunks;
};
class Parts : public testing::TestWithParam<PartsCase> {};

TEST_P(Parts, AreTheSameInPiecesOfEverySize) {
  const auto& row = GetParam();
  for (std::size_t piece = 1; piece <= row.wire.size(); ++piece) {
    Dialogue dialogue(hearing(row.receiving));
    dialogue.open(kDeflate).receive(row.wire, piece);
    ASSERT_EQ(dialogue.told(), row.told) << "in pieces of " << piece;
  }
}

std::string ended(int code, std::string_view text) {
  return fmt::format("ended({}/ready {}: {})", code == 1009 ? "too_large" : "protocol", code, text);
}
const std::string kTooMany = ended(1008, "message in too many frames");
const std::string kNotUtf8 = ended(1007, "text is not UTF-8");

INSTANTIATE_TEST_SUITE_P(
    Chunks, Parts,
    testing::Values(
        PartsCase{"Small", text_frame("abc"), "text[0/3 of 0/3]$:abc"},
        PartsCase{"ExactlyOne", text_frame("abcd"), "text[0/4 of 0/4]$:abcd"},
        PartsCase{"OneAndARest", text_frame("abcde"), "text[0/5 of 0/5]:abcd text[4/5 of 4/5]$:e"},
        PartsCase{"ExactlyTwo", text_frame("abcdefgh"),
                  "text[0/8 of 0/8]:abcd text[4/8 of 4/8]$:efgh"},
        PartsCase{"Empty", text_frame(""), "text[0/0 of 0/0]$:"},
        PartsCase{"Binary", hex("82 02 ff00"), "binary[0/2 of 0/2]$:\\ff\\00"},
        PartsCase{"Frames", hex("01 01 61 00 02 6263 80 01 64"),
                  "text[0/1 of 0/?]...:a ~text[0/2 of 1/?]...:bc ~text[0/1 of 3/4]$:d"},
        PartsCase{"AChunkEndsWithItsFrame", hex("01 04 61626364 80 05 65666768 69"),
                  "text[0/4 of 0/?]...:abcd ~text[0/5 of 4/9]:efgh ~text[4/5 of 8/9]$:i"},
        PartsCase{"EmptyFrames", hex("01 00 00 01 61 80 00"),
                  "text[0/0 of 0/?]...: ~text[0/1 of 0/?]...:a ~text[0/0 of 1/1]$:"},
        PartsCase{"LargerThanAnyMessage", text_frame("0123456789ab"),
                  "text[0/12 of 0/12]:0123 text[4/12 of 4/12]:4567 text[8/12 of 8/12]$:89ab"},
        PartsCase{"InMoreFramesThanAllowed", hex("0101 61 0001 61 0001 61 0001 61 0001 61 8001 61"),
                  "text[0/1 of 0/?]...:a ~text[0/1 of 1/?]...:a ~text[0/1 of 2/?]...:a "
                  "~text[0/1 of 3/?]...:a ~text[0/1 of 4/?]...:a ~text[0/1 of 5/6]$:a"},
        PartsCase{"PingBetweenFrames", hex("01 01 61 89 00 80 01 62"),
                  "text[0/1 of 0/?]...:a ping: ~text[0/1 of 1/2]$:b"},
        PartsCase{"CharacterOverChunks", hex("81 06 616161 e282ac"),
                  "text[0/6 of 0/6]:aaa\\e2 text[4/6 of 4/6]$:\\82\\ac"},
        PartsCase{"CharacterOverFrames", hex("01 01 e2 80 02 82ac"),
                  "text[0/1 of 0/?]...:\\e2 ~text[0/2 of 1/3]$:\\82\\ac"},
        PartsCase{"ThenAClose", text_frame("a") + close_frame(1000),
                  "text[0/1 of 0/1]$:a closed:1000::server ended"}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    ChunksRefused, Parts,
    testing::Values(
        PartsCase{"EmptyFramesWithoutEnd", hex("0100") + std::string(32, '\0'),
                  [] {
                    std::string told = "text[0/0 of 0/?]...:";
                    for (int i = 0; i < 15; ++i) told += " ~text[0/0 of 0/?]...:";
                    return told + " " + kTooMany;
                  }()},
        PartsCase{"BadUtf8InALaterChunk", hex("81 06 61626364 65ff"),
                  "text[0/6 of 0/6]:abcd " + kNotUtf8},
        PartsCase{"BadUtf8InALaterFrame", hex("01 01 e2 80 01 61"),
                  "text[0/1 of 0/?]...:\\e2 " + kNotUtf8},
        PartsCase{"CutUtf8", hex("81 04 616161e2"),
                  ended(1007, "text ends inside a UTF-8 character")},
        PartsCase{"CutUtf8AfterAChunk", hex("81 05 61616161c3"),
                  "text[0/5 of 0/5]:aaaa " + ended(1007, "text ends inside a UTF-8 character")},
        PartsCase{"NewMessageInside", hex("01 01 61 81 00"),
                  "text[0/1 of 0/?]...:a " + ended(1002, "new message inside an unfinished one")}),
    kName);

INSTANTIATE_TEST_SUITE_P(
    Frames, Parts,
    testing::Values(
        PartsCase{"One", text_frame("abcdefghi"), "text[0/9 of 0/9]$:abcdefghi", Receiving::Frames},
        PartsCase{"OfAMessageLargerThanAFrameMayBe",
                  wire({2, "0123456789", false}) + wire({0, "0123456789"}),
                  "binary[0/10 of 0/?]...:0123456789 ~binary[0/10 of 10/20]$:0123456789",
                  Receiving::Frames},
        PartsCase{"Empty", hex("01 00 80 00"),
                  "text[0/0 of 0/?]...: ~text[0/0 of 0/0]$:", Receiving::Frames},
        PartsCase{"LargerThanAllowed", wire({2, "0123456789", false}) + hex("80 0b"),
                  "binary[0/10 of 0/?]...:0123456789 " + ended(1009, "frame larger than allowed"),
                  Receiving::Frames},
        PartsCase{"MoreThanAllowed", hex("0101 61 0001 61 0001 61 0001 61 0001 61 80 00"),
                  "text[0/1 of 0/?]...:a ~text[0/1 of 1/?]...:a ~text[0/1 of 2/?]...:a "
                  "~text[0/1 of 3/?]...:a ~text[0/1 of 4/?]...:a " +
                      kTooMany,
                  Receiving::Frames}),
    kName);

// "Hello" compressed, RFC 7692 §7.2.3.1; the frame's own length is known when all of it has come.
const std::string kHello = hex("c1 07 f248cdc9c90700");

INSTANTIATE_TEST_SUITE_P(
    Compressed, Parts,
    testing::Values(
        PartsCase{"Message", kHello, "text:Hello", Receiving::Messages},
        PartsCase{"Frame", kHello, "text[0/5 of 0/5]$:Hello", Receiving::Frames},
        PartsCase{"Chunks", kHello, "text[0/? of 0/?]:Hell text[4/5 of 4/5]$:o"},
        PartsCase{"EmptyMessage", hex("c1 01 00"), "text[0/0 of 0/0]$:"},
        PartsCase{"EmptyMessageOfNoBytes", hex("c1 00"), "text[0/0 of 0/0]$:"},
        PartsCase{"FramesOfOne", hex("41 03 f248cd 80 04 c9c90700"),
                  "text[0/2 of 0/?]...:He ~text[0/3 of 2/5]$:llo", Receiving::Frames},
        PartsCase{"AFrameOutOfWhichNothingComes", hex("41 01 f2 00 00 80 06 48cdc9c90700"),
                  "text[0/0 of 0/?]...: ~text[0/0 of 0/?]...: ~text[0/? of 0/?]:Hell "
                  "~text[4/5 of 4/5]$:o"},
        PartsCase{"AFullChunkIsTheLast", hex("c1 06 ca 48 4a 4e 01 00"), "text[0/4 of 0/4]$:hbcd"},
        PartsCase{"PlainAfterCompressed", kHello + text_frame("abcde"),
                  "text[0/? of 0/?]:Hell text[4/5 of 4/5]$:o text[0/5 of 0/5]:abcd "
                  "text[4/5 of 4/5]$:e"}),
    kName);

// Laws over random messages: parts add up, say where they are, and are as large as they may be.
class PartsLaw : public testing::TestWithParam<Receiving> {
 protected:
  struct Sum {
    std::string text = {};
    std::uint64_t frame_size = 0;
    int frames = 0;
    int messages = 0;
  };
  void add(const MessagePart& part, Sum& sum, const std::vector<std::string>& messages) {
    ASSERT_EQ(part.message_offset, sum.text.size());
    ASSERT_EQ(part.frame_offset, sum.frame_size);
    ASSERT_EQ(part.continuation, sum.frames > 0);
    sum.text += as_text(part.payload);
    sum.frame_size += part.payload.size();
    const std::string& whole = messages.at(static_cast<std::size_t>(sum.messages));
    if (part.message_length) {
      ASSERT_EQ(*part.message_length, whole.size());
    }
    const bool ends_frame = part.frame_length == sum.frame_size;
    if (GetParam() == Receiving::Chunks && !ends_frame) {
      ASSERT_EQ(part.payload.size(), 100U);
    }
    ASSERT_EQ(part.last, part.fin && ends_frame);
    if (!ends_frame) return;
    ++sum.frames;
    sum.frame_size = 0;
    if (!part.last) return;
    ASSERT_EQ(sum.text, whole);
    sum = {.messages = sum.messages + 1};
  }
};

TEST_P(PartsLaw, AddUpToTheMessages) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    SeededRandom random(seed);
    test::ZlibDeflater deflater;
    std::vector<std::string> messages;
    std::string stream;
    for (int i = 0; i < 6; ++i) {
      messages.push_back(test::mixed_payload(random, random.below(1'000)));
      const bool compressed = random.below(2) == 0;
      std::string payload = compressed ? deflater.message(messages.back()) : messages.back();
      for (bool first = true;; first = false) {
        const std::size_t n = std::min<std::size_t>(1 + random.below(500), payload.size());
        const bool fin = n == payload.size();
        stream += wire({first ? 2U : 0U, payload.substr(0, n), fin, first && compressed ? 4U : 0U});
        payload.erase(0, n);
        if (fin) break;
      }
    }
    SeededRandom keys(1);
    SessionSettings settings = hearing(GetParam(), 100, 5'000);
    settings.max_frames = 100'000;
    Session session(settings, keys, test::kStart);
    session.receive(as_bytes(test::accepting_answer(as_text(session.output()), kDeflate)),
                    test::kStart);
    Sum sum;
    for (std::string_view rest = stream; !rest.empty();) {
      const std::string_view piece = rest.substr(0, 1 + random.below(400));
      rest.remove_prefix(session.receive(as_bytes(piece), test::kStart));
      while (const auto event = session.next_event()) {
        ASSERT_FALSE(std::holds_alternative<Ended>(*event)) << test::story_of(*event);
        if (const auto* received = std::get_if<ReceivedPart>(&*event))
          add(received->part, sum, messages);
      }
    }
    ASSERT_EQ(sum.messages, 6);
  }
}
INSTANTIATE_TEST_SUITE_P(Modes, PartsLaw, testing::Values(Receiving::Frames, Receiving::Chunks),
                         [](const auto& row) {
                           return row.param == Receiving::Frames ? "Frames" : "Chunks";
                         });

TEST(Parts, OfOneByteForAChunkOfNothing) {
  Dialogue dialogue(hearing(Receiving::Chunks, 0));
  dialogue.open().receive(text_frame("ab"));
  EXPECT_EQ(dialogue.told(), "text[0/2 of 0/2]:a text[1/2 of 1/2]$:b");
}

// A message without end passes through in chunks and leaves nothing behind.
TEST(Parts, OfAnEndlessMessageTakeNoMoreMemoryThanAChunk) {
  SeededRandom keys(1);
  Session session(hearing(Receiving::Chunks, 1'000), keys, test::kStart);
  session.receive(as_bytes(test::accepting_answer(as_text(session.output()))), test::kStart);
  session.receive(as_bytes(hex("02 7f 7fffffffffffffff")), test::kStart);
  const Bytes piece(10'000, std::byte{'x'});
  std::uint64_t seen = 0;
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_EQ(session.receive(piece, test::kStart), piece.size());
    while (const auto event = session.next_event()) {
      const auto* received = std::get_if<ReceivedPart>(&*event);
      if (received == nullptr) continue;  // Opened
      ASSERT_EQ(received->part.message_offset, seen);
      ASSERT_LE(received->part.payload.capacity(), 1'000U);
      seen += received->part.payload.size();
    }
  }
  EXPECT_EQ(seen, 10'000'000U);
}

TEST(Session, SendsMessagesInFramesOfTheCallers) {
  Dialogue dialogue;
  dialogue.open();
  Session& session = dialogue.session();
  EXPECT_TRUE(session.send_part(Opcode::Text, as_bytes("a"), false).has_value());
  EXPECT_TRUE(session.in_parts());
  session.ping(as_bytes("between"));
  session.pong(as_bytes("unasked"));
  EXPECT_TRUE(session.send_part(Opcode::Continuation, {}, false).has_value());
  EXPECT_TRUE(session.send_part(Opcode::Continuation, as_bytes("b"), true).has_value());
  EXPECT_FALSE(session.in_parts());
  EXPECT_TRUE(session.send_part(Opcode::Binary, as_bytes("whole"), true).has_value());
  EXPECT_FALSE(session.in_parts());
  session.send({Message::Kind::Text, to_bytes("after")});
  EXPECT_EQ(dialogue.sent(), "1+:a 9:between a:unasked 0+: 0:b 2:whole 1:after");
}

TEST(Session, SendsNoFrameThatCannotStandHere) {
  Dialogue dialogue;
  Session& session = dialogue.session();
  const auto refused = [&](Opcode opcode) {
    const auto result = session.send_part(opcode, as_bytes("x"), true);
    return result ? "sent"
                  : fmt::format("{}: {}", name_of(result.error().fault), result.error().text);
  };
  EXPECT_EQ(refused(Opcode::Text), "local: the session is not open");
  dialogue.open();
  EXPECT_EQ(refused(Opcode::Continuation), "local: continuation of no message");
  EXPECT_EQ(refused(Opcode::Close), "local: not a data frame");
  EXPECT_EQ(refused(Opcode::Ping), "local: not a data frame");
  EXPECT_EQ(refused(static_cast<Opcode>(3)), "local: not a data frame");
  ASSERT_TRUE(session.send_part(Opcode::Binary, as_bytes("a"), false).has_value());
  EXPECT_EQ(refused(Opcode::Text), "local: new message inside an unfinished one");
  EXPECT_EQ(refused(Opcode::Binary), "local: new message inside an unfinished one");
  dialogue.close(1000);
  EXPECT_EQ(refused(Opcode::Continuation), "local: the session is not open");
  EXPECT_EQ(dialogue.sent(), "2+:a 8:1000");
}

}  // namespace
}  // namespace wsrelay::ws
