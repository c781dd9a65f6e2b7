// permessage-deflate beside plain zlib: servers of every temper are understood, what we compress is
// understood by zlib, and damage is judged as zlib judges it.
#include "ws/deflate.hpp"

#include <array>
#include <deque>
#include <map>
#include <new>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "unit/ws/payloads.hpp"

namespace wsrelay::test {
namespace {

constexpr std::string_view kTail("\0\0\xFF\xFF", 4);

int pick(Random& random, int least, int most) {
  return least + static_cast<int>(random.below(static_cast<std::uint64_t>(most - least + 1)));
}
template <class List>
auto any_of(Random& random, const List& list) {
  return list[random.below(std::size(list))];
}
std::string some_payload(Random& random) {
  return mixed_payload(random, random.below(random.below(8) == 0 ? 100'000 : 3000));
}

// A server that compresses as it pleases: any level, strategy and memory, which may change within a
// message; any kind of flush within it; each message ended in one of the ways of RFC 7692 §7.2.3.
class AnyServer {
 public:
  explicit AnyServer(Random& random) : random_(&random), bits_(pick(random, 9, 15)) {
    const int strategy = any_of(random, kStrategies);
    if (deflateInit2(&stream_, pick(random, 0, 9), Z_DEFLATED, -bits_, pick(random, 1, 9),
                     strategy) != Z_OK)
      throw std::bad_alloc();
  }
  AnyServer(const AnyServer&) = delete;
  AnyServer& operator=(const AnyServer&) = delete;
  ~AnyServer() { deflateEnd(&stream_); }

  int bits() const { return bits_; }
  void forget() { deflateReset(&stream_); }

  std::string message(std::string_view plain) {
    if (plain.empty()) return std::string(1, '\0');  // §7.2.3.6
    std::string out;
    while (plain.size() > 1 && random_->below(3) > 0) {
      const std::size_t n = 1 + random_->below(plain.size() - 1);
      out += run(plain.substr(0, n), any_of(*random_, kFlushes));
      plain.remove_prefix(n);
    }
    if (random_->below(4) > 0) {
      out += run(plain, random_->below(2) == 0 ? Z_SYNC_FLUSH : Z_FULL_FLUSH);
      EXPECT_TRUE(out.ends_with(kTail));
      return out.substr(0, out.size() - kTail.size());
    }
    out += run(plain, Z_FINISH);  // §7.2.3.4
    begin_again();
    return random_->below(4) == 0 ? out : out + '\0';
  }

 private:
  static constexpr int kStrategies[] = {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE,
                                        Z_FIXED};
  static constexpr int kFlushes[] = {Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH,
                                     Z_BLOCK};

  std::string run(std::string_view plain, int flush) {
    std::string out(2 * plain.size() + 100'000, '\0');
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(out.size());
    stream_.next_in = nullptr;
    stream_.avail_in = 0;
    if (random_->below(5) == 0)
      deflateParams(&stream_, pick(*random_, 0, 9), any_of(*random_, kStrategies));
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());
    const int result = ::deflate(&stream_, flush);
    EXPECT_TRUE(result == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) && stream_.avail_in == 0);
    out.resize(out.size() - stream_.avail_out);
    return out;
  }

  // §7.2.3.4: a last block ends a stream of blocks, not the context (§7.1.1): the window may be
  // kept.
  void begin_again() {
    std::array<Bytef, 32'768> window;
    uInt size = 0;
    deflateGetDictionary(&stream_, window.data(), &size);
    deflateReset(&stream_);
    if (random_->below(2) == 0) deflateSetDictionary(&stream_, window.data(), size);
  }

  Random* random_;
  int bits_;
  z_stream stream_ = {};
};

// What came out of a message, and how it ended: "", or the words of the violation.
struct Outcome {
  std::string plain;
  std::string end;

  friend bool operator==(const Outcome&, const Outcome&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << outcome.plain.size() << " bytes, then '" << outcome.end << "'";
  }
};

constexpr std::size_t kMost = 200'000;  // damage may be a bomb

Outcome inflated(ws::Inflater& inflater, std::string_view message, Random& random) {
  Outcome out;
  const auto take = [&](BytesView plain) -> std::optional<ws::Violation> {
    out.plain += as_text(plain);
    if (out.plain.size() > kMost) return ws::Violation{ws::CloseCode::TooBig, "too much"};
    return std::nullopt;
  };
  constexpr std::uint64_t kPieces[] = {1, 10, 1000, 100'000};
  const std::uint64_t most = any_of(random, kPieces);
  for (bool end = false; !end;) {
    const std::string_view piece = message.substr(0, 1 + random.below(most));
    message.remove_prefix(piece.size());
    end = message.empty();
    if (const auto wrong = inflater.inflate(as_bytes(piece), end, take)) {
      out.end = wrong->text;
      return out;
    }
  }
  return out;
}

// Plain zlib's word, all at once and with nothing but what it was given.
class Zlib {
 public:
  explicit Zlib(int bits) { EXPECT_EQ(inflateInit2(&stream_, -bits), Z_OK); }
  Zlib(const Zlib&) = delete;
  Zlib& operator=(const Zlib&) = delete;
  ~Zlib() { inflateEnd(&stream_); }

  void forget() { inflateReset(&stream_); }
  bool stream_ended() const { return stream_ended_; }
  Outcome inflated(std::string_view message, std::size_t step = 2 * kMost) {
    std::string in = std::string(message) + std::string(kTail);
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    Outcome out;
    std::string piece(step, '\0');
    int result = Z_OK;
    bool between_blocks = false;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      result = inflate(&stream_, Z_SYNC_FLUSH);
      if (result == Z_OK) between_blocks = stream_.data_type == 128;
      out.plain += std::string_view(piece).substr(0, piece.size() - stream_.avail_out);
    } while (result == Z_OK && stream_.avail_out == 0 && out.plain.size() <= kMost);
    stream_ended_ = result == Z_STREAM_END;
    if (out.plain.size() > kMost)
      out.end = "too much";
    else if (result == Z_DATA_ERROR)
      out.end = "compressed data is corrupt";
    else if (!between_blocks)
      out.end = "compressed data ends too early";
    return out;
  }

 private:
  z_stream stream_ = {};
  bool stream_ended_ = false;
};

// ---- laws ----

TEST(Deflate, EveryServersMessagesAreUnderstood) {
  constexpr std::uint64_t kSeed = 7692;
  SeededRandom random(kSeed);
  for (int session = 0; session < 500; ++session) {
    AnyServer server(random);
    const ws::DeflateParameters agreed = {
        .server_max_window_bits = static_cast<std::uint8_t>(pick(random, server.bits(), 15)),
        .server_context_takeover = random.below(2) == 0};
    ws::Inflater inflater(agreed);
    for (int i = 0; i < 4; ++i) {
      if (!agreed.server_context_takeover) server.forget();
      const std::string plain = some_payload(random);
      ASSERT_EQ(inflated(inflater, server.message(plain), random), (Outcome{plain, ""}))
          << "seed " << kSeed << ", session " << session << ", message " << i;
    }
  }
}

struct Side {
  explicit Side(const ws::DeflateParameters& parameters, std::uint8_t our_bits)
      : agreed(parameters),
        deflater(parameters, {.client_max_window_bits = our_bits, .threshold = 100}),
        zlib(parameters.client_max_window_bits) {}

  ws::DeflateParameters agreed;
  ws::Deflater deflater;
  Zlib zlib;
};

TEST(Deflate, WhatWeCompressIsUnderstoodByZlibInTheAgreedWindow) {
  constexpr std::uint64_t kSeed = 1951;
  SeededRandom random(kSeed);
  // Every choice of both sides, in sessions side by side: they share what keeps no context.
  std::deque<Side> sides;
  for (std::uint8_t bits = 8; bits <= 15; ++bits)
    for (std::uint8_t ours = 9; ours <= 15; ++ours)
      for (const bool keeps : {false, true})
        sides.emplace_back(
            ws::DeflateParameters{.client_max_window_bits = bits, .client_context_takeover = keeps},
            ours);
  int compressed = 0;
  for (int round = 0; round < 1500; ++round) {
    Side& side = sides[random.below(sides.size())];
    const std::string plain = some_payload(random);
    const Bytes* payload = side.deflater.deflate(as_bytes(plain));
    if (payload == nullptr) continue;  // goes as it is
    ++compressed;
    if (!side.agreed.client_context_takeover) side.zlib.forget();
    // The smaller the steps, the less history lies in zlib's output beside its window.
    const std::size_t step = 1 + random.below(1000);
    ASSERT_EQ(side.zlib.inflated(as_text(*payload), step), (Outcome{plain, ""}))
        << "seed " << kSeed << ", round " << round << ", agreed "
        << int{side.agreed.client_max_window_bits};
  }
  EXPECT_GT(compressed, 900);
}

TEST(Deflate, DamageIsJudgedAsZlibJudgesIt) {
  constexpr std::uint64_t kSeed = 1007;
  SeededRandom random(kSeed);
  std::map<std::string, int> ends;
  for (int round = 0; round < 2500; ++round) {
    AnyServer server(random);
    const std::string first = mixed_payload(random, random.below(2000));
    const std::string good = server.message(first);
    std::string bad = server.message(mixed_payload(random, 1 + random.below(3000)));
    if (random.below(3) == 0) bad.resize(random.below(bad.size() + 1));
    for (std::uint64_t times = random.below(3); times > 0 && !bad.empty(); --times)
      bad[random.below(bad.size())] ^= static_cast<char>(1 << random.below(8));

    Zlib zlib(15);
    const Outcome before = zlib.inflated(good);
    if (zlib.stream_ended()) continue;  // what follows a last block, zlib leaves to its caller
    const Outcome expected = zlib.inflated(bad);
    if (zlib.stream_ended() || bad.empty()) continue;
    ws::Inflater inflater(ws::DeflateParameters{});
    ASSERT_EQ(inflated(inflater, good, random), before);
    Outcome ours = inflated(inflater, bad, random);
    if (expected.end == "too much") ours.plain = expected.plain;  // where one stops is one's own
    ASSERT_EQ(ours, expected) << "seed " << kSeed << ", round " << round;
    ++ends[ours.end];
  }
  for (const char* end : {"", "compressed data is corrupt", "compressed data ends too early"})
    EXPECT_GT(ends[end], 100) << end;
}

}  // namespace
}  // namespace wsrelay::test
