#include "ws/mask.hpp"

#include <cstdint>
#include <cstring>

namespace wsrelay::ws {
namespace {

// A block of constant size is what compilers turn into vector instructions at -O2 already.
constexpr std::size_t kWords = 8;
constexpr std::size_t kBlock = kWords * sizeof(std::uint64_t);

void mask_block(std::byte* to, const std::byte* from, std::uint64_t key) {
  std::uint64_t words[kWords];
  std::memcpy(words, from, kBlock);
  for (std::uint64_t& word : words) word ^= key;
  std::memcpy(to, words, kBlock);
}

}  // namespace

void mask_into(std::byte* to, BytesView from, MaskKey key) {
  // The key twice in memory order: right on either byte order, since bytes meet bytes.
  std::uint64_t wide = 0;
  std::memcpy(&wide, key.data(), 4);
  std::memcpy(reinterpret_cast<std::byte*>(&wide) + 4, key.data(), 4);

  std::size_t at = 0;
  for (; at + kBlock <= from.size(); at += kBlock) mask_block(to + at, from.data() + at, wide);
  for (; at + sizeof wide <= from.size(); at += sizeof wide) {
    std::uint64_t word = 0;
    std::memcpy(&word, from.data() + at, sizeof word);
    word ^= wide;
    std::memcpy(to + at, &word, sizeof word);
  }
  for (; at < from.size(); ++at) to[at] = from[at] ^ key[at % 4];
}

}  // namespace wsrelay::ws
