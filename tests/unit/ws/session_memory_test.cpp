// What a session takes of memory at most, counted: this program's operator new keeps the books.
// zlib's own state is not in them: 39 KiB while a compressed message comes in.
#include <algorithm>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>
#include <malloc.h>

#include "unit/ws/payloads.hpp"
#include "unit/ws/session_story.hpp"
#include "unit/ws/zlib_peer.hpp"

namespace {

std::size_t live = 0;
std::size_t peak = 0;

}  // namespace

// Not inlined: where only one of a pair is, GCC takes the other for a stranger.
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  live += malloc_usable_size(memory);
  peak = std::max(peak, live);
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  live -= malloc_usable_size(memory);
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace wsrelay::ws {
namespace {

using test::hex;
using test::kStart;
using test::wire;

constexpr std::size_t kMax = 1024 * 1024;
constexpr std::string_view kAgreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

// The message in frames of `size` payload bytes each.
std::string in_frames(std::string payload, std::size_t size, unsigned rsv = 0) {
  std::string out;
  for (bool first = true;; first = false) {
    const std::string part = payload.substr(0, size);
    payload.erase(0, part.size());
    out += wire({first ? 2U : 0U, part, payload.empty(), first ? rsv : 0});
    if (payload.empty()) return out;
  }
}
std::string letters(std::size_t size) {
  SeededRandom random(2);
  return test::mixed_payload(random, size);
}
std::string zipped(std::string_view plain) {
  return test::ZlibDeflater(15, 9).message(plain);
}

struct MemoryCase {
  const char* name;
  std::string stream;
  std::uint64_t messages = 1;
  Receiving receiving = Receiving::Messages;
};
class Memory : public testing::TestWithParam<MemoryCase> {};

TEST_P(Memory, StaysWithinFourTimesTheLargestMessage) {
  const auto& row = GetParam();
  for (const std::size_t piece : {std::size_t{64} * 1024, std::size_t{1'000}}) {
    SeededRandom random(1);
    const std::size_t before = live;
    peak = live;
    Session session({.host = "h",
                     .deflate = {.offer = DeflateSettings::Offer::On},
                     .receiving = row.receiving,
                     .max_message = kMax,
                     .max_frames = 10'000},
                    random, kStart);
    session.receive(as_bytes(test::accepting_answer(as_text(session.output()), kAgreed)), kStart);
    std::uint64_t told = 0;
    std::size_t most_in_vain = 0;
    for (std::string_view rest = row.stream; !rest.empty();) {
      rest.remove_prefix(session.receive(as_bytes(rest.substr(0, piece)), kStart));
      while (const auto event = session.next_event()) {
        ASSERT_FALSE(std::holds_alternative<Ended>(*event)) << test::story_of(*event);
        const auto* received = std::get_if<Received>(&*event);
        const auto* part = std::get_if<ReceivedPart>(&*event);
        if (received == nullptr && part == nullptr) continue;
        const Bytes& payload = received != nullptr ? received->message.payload : part->part.payload;
        told += payload.size();
        most_in_vain = std::max(most_in_vain, payload.capacity() - payload.size());
      }
    }
    EXPECT_EQ(told, row.messages * kMax);
    EXPECT_LE(most_in_vain, kMax / 5);
    // Four times would be allowed.
    EXPECT_LE(peak - before, 2 * kMax + kMax / 2) << "in pieces of " << piece;
    EXPECT_LE(live - before, 64U * 1024) << "when all is told";
  }
}

const std::string kPlain = letters(kMax);
const std::string kZeros(kMax, '\0');

INSTANTIATE_TEST_SUITE_P(
    LargestMessages, Memory,
    testing::Values(
        MemoryCase{"InOneFrame", wire({2, kPlain})},
        MemoryCase{"InFramesOf1000", in_frames(kPlain, 1'000)},
        MemoryCase{"InFramesThatDouble", wire({2, kPlain.substr(0, kMax / 2 + 1), false}) +
                                             wire({0, kPlain.substr(kMax / 2 + 1)})},
        MemoryCase{"Compressed", wire({2, zipped(kPlain), true, 4})},
        MemoryCase{"CompressedInFramesOf1000", in_frames(zipped(kPlain), 1'000, 4)},
        MemoryCase{"CompressedToAThousandth", wire({2, zipped(kZeros), true, 4})},
        MemoryCase{"ThreeCompressedToAThousandth",
                   wire({2, zipped(kZeros), true, 4}) + wire({2, zipped(kZeros), true, 4}) +
                       wire({2, zipped(kZeros), true, 4}),
                   3},
        MemoryCase{"ToldAsFrames", wire({2, kPlain, false}) + wire({0, kPlain}), 2,
                   Receiving::Frames},
        MemoryCase{"CompressedToldAsFrames", wire({2, zipped(kPlain), true, 4}), 1,
                   Receiving::Frames},
        MemoryCase{"ToldAsChunks", wire({2, kPlain}), 1, Receiving::Chunks},
        MemoryCase{"CompressedToldAsChunks", wire({2, zipped(kZeros), true, 4}), 1,
                   Receiving::Chunks}),
    [](const auto& row) { return std::string(row.param.name); });

struct PromiseCase {
  const char* name;
  std::string head;
};
class Promise : public testing::TestWithParam<PromiseCase> {};

TEST_P(Promise, TakesNoMemory) {
  SeededRandom random(1);
  Session session({.host = "h",
                   .deflate = {.offer = DeflateSettings::Offer::On},
                   .max_message = std::size_t{1} << 62},
                  random, kStart);
  session.receive(as_bytes(test::accepting_answer(as_text(session.output()), kAgreed)), kStart);
  while (session.next_event()) {
  }
  const std::size_t before = peak = live;
  session.receive(as_bytes(GetParam().head), kStart);
  EXPECT_LE(peak - before, 1'024U);
  EXPECT_TRUE(session.is_open());
}

INSTANTIATE_TEST_SUITE_P(
    OfLength, Promise,
    testing::Values(PromiseCase{"Sixteen", hex("82 7e ffff")},
                    PromiseCase{"SixteenAndAByte", hex("82 7e ffff 00")},
                    PromiseCase{"SixtyTwo", hex("82 7f 3fffffffffffffff")},
                    PromiseCase{"SixtyTwoAndAByte", hex("82 7f 3fffffffffffffff 00")},
                    PromiseCase{"SixtyTwoInAContinuation",
                                hex("02 01 61 80 7f 3fffffffffffff00 00")},
                    PromiseCase{"SixtyTwoCompressed", hex("c2 7f 3fffffffffffffff")}),
    [](const auto& row) { return std::string(row.param.name); });

// Between messages: what the server may refer to, where it may, and nothing else.
TEST(IdleMemory, OfASessionThatDecompressedIsItsWindow) {
  const auto idle_after = [](std::string_view answer) {
    SeededRandom random(1);
    test::ZlibDeflater deflater(9);
    const std::size_t before = live;
    Session session({.host = "h", .deflate = {.offer = DeflateSettings::Offer::On}}, random,
                    kStart);
    session.receive(
        as_bytes(test::accepting_answer(as_text(session.output()), fmt::format("{}\r\n", answer))),
        kStart);
    session.output_taken(session.output().size());
    for (int i = 0; i < 3; ++i) {
      deflater.forget();
      session.receive(as_bytes(wire({2, deflater.message(letters(20'000)), true, 4})), kStart);
      while (session.next_event()) {
      }
    }
    EXPECT_EQ(session.compression().received_plain, 60'000U);
    return live - before;
  };
  const std::string kDeflate = "Sec-WebSocket-Extensions: permessage-deflate";
  const std::size_t forgets = idle_after(kDeflate + "; server_no_context_takeover");
  EXPECT_LE(forgets, 2'500U);
  EXPECT_NEAR(static_cast<double>(idle_after(kDeflate + "; server_max_window_bits=9")),
              static_cast<double>(forgets + 512), 256);
  EXPECT_NEAR(static_cast<double>(idle_after(kDeflate + "; server_max_window_bits=12")),
              static_cast<double>(forgets + 4'096), 256);
}

}  // namespace
}  // namespace wsrelay::ws
