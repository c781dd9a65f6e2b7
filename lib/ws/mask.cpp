#include "ws/mask.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

namespace wsrelay::ws {
namespace {

// Sixteen bytes in one register, spelled out for GCC and clang: left to itself, GCC 12 at -O2 keeps
// such a block in memory and halves the speed. Every machine has registers this wide; wider ones
// gain nothing at 64 KiB, where memcpy is no faster either.
using Lane [[gnu::vector_size(16)]] = std::uint64_t;
constexpr std::size_t kLane = sizeof(Lane);
constexpr std::size_t kBlock = 4 * kLane;

// From here on it pays to store whole cache lines. Measured at 64 KiB: stores that cross lines take
// a third longer, and blocks of which one store lies in a line and three in the next, twice as long
// and more.
constexpr std::size_t kWorthAligning = 512;

template <class Word>
Word load(const std::byte* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

template <class Word>
void store(std::byte* to, Word word) {
  std::memcpy(to, &word, sizeof word);
}

template <class Word>
void mask_word(std::byte* to, const std::byte* from, Word key) {
  store<Word>(to, load<Word>(from) ^ key);
}

void mask_block(std::byte* to, const std::byte* from, Lane key) {
  const Lane a = load<Lane>(from) ^ key;
  const Lane b = load<Lane>(from + kLane) ^ key;
  const Lane c = load<Lane>(from + 2 * kLane) ^ key;
  const Lane d = load<Lane>(from + 3 * kLane) ^ key;
  store(to, a);
  store(to + kLane, b);
  store(to + 2 * kLane, c);
  store(to + 3 * kLane, d);
}

// The key as the byte at `at` and those after it meet it: right on either byte order.
std::uint64_t key_at(std::uint64_t key, std::size_t at) {
  const int bits = static_cast<int>(at % 4) * 8;
  return std::endian::native == std::endian::little ? std::rotr(key, bits) : std::rotl(key, bits);
}

Lane lane_at(std::uint64_t key, std::size_t at) {
  const std::uint64_t turned = key_at(key, at);
  return Lane{turned, turned};
}

// The first bytes and the last ones, some of them twice: that writes the same again.
template <class Word>
void mask_both_ends(std::byte* to, BytesView from, std::uint64_t key) {
  const std::size_t last = from.size() - sizeof(Word);
  mask_word(to, from.data(), static_cast<Word>(key));
  mask_word(to + last, from.data() + last, static_cast<Word>(key_at(key, last)));
}

}  // namespace

void mask_into(std::byte* to, BytesView from, MaskKey key) {
  const auto once = std::bit_cast<std::uint32_t>(key);
  const std::uint64_t twice = std::uint64_t{once} << 32 | once;
  const std::size_t size = from.size();
  if (size < 4) {
    for (std::size_t at = 0; at < size; ++at) to[at] = from[at] ^ key[at];
    return;
  }
  if (size < 8) return mask_both_ends<std::uint32_t>(to, from, twice);
  if (size < kLane) return mask_both_ends<std::uint64_t>(to, from, twice);

  std::size_t at = 0;
  if (size >= kWorthAligning) {
    at = kBlock - reinterpret_cast<std::uintptr_t>(to) % kBlock;
    for (std::size_t early = 0; early < at; early += kLane)
      mask_word(to + early, from.data() + early, lane_at(twice, 0));
  }
  const Lane wide = lane_at(twice, at);
  for (; at + kBlock <= size; at += kBlock) mask_block(to + at, from.data() + at, wide);
  for (; at + kLane <= size; at += kLane) mask_word(to + at, from.data() + at, wide);
  const std::size_t last = size - kLane;
  if (at < size) mask_word(to + last, from.data() + last, lane_at(twice, last));
}

}  // namespace wsrelay::ws
