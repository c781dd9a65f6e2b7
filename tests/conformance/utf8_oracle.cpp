#include "conformance/utf8_oracle.hpp"

#include <algorithm>

namespace wsrelay::conformance {
namespace {

constexpr std::uint32_t kHighest = 0x10FFFF;

bool is_character(std::uint32_t code) {
  return code <= kHighest && !(code >= 0xD800 && code <= 0xDFFF);
}

/// The code points whose encodings begin with `bytes`, if it is `size` bytes in all: an interval.
struct Interval {
  std::uint32_t lowest;
  std::uint32_t highest;
};
Interval interval_of(std::string_view bytes, std::size_t size) {
  std::uint32_t low = static_cast<unsigned char>(bytes[0]) & (0x7FU >> size);
  std::uint32_t high = low;
  for (std::size_t i = 1; i < size; ++i) {
    const bool known = i < bytes.size();
    const auto bits = known ? static_cast<unsigned char>(bytes[i]) & 0x3FU : 0U;
    low = low << 6 | bits;
    high = high << 6 | (known ? bits : 0x3FU);
  }
  return {low, high};
}

/// May a character's encoding begin with these bytes? RFC 3629 §3: the shortest form only, no
/// surrogates, nothing above U+10FFFF.
bool begins_character(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  const std::size_t size = lead >= 0xF8 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC0 || bytes.size() > size || size == 0) return false;
  for (const char c : bytes.substr(1))
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) return false;
  constexpr std::uint32_t kShortest[] = {0, 0, 0x80, 0x800, 0x10000};
  const Interval all = interval_of(bytes, size);
  const std::uint32_t low = std::max(all.lowest, kShortest[size]);
  const std::uint32_t high = std::min(all.highest, kHighest);
  // An interval within a surrogate block holds no character; one that reaches beyond does.
  return low <= high && (is_character(low) || is_character(high));
}

}  // namespace

std::string encoded(std::uint32_t code) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return byte(0x80 | (code >> shift & 0x3F)); };
  if (code < 0x80) return {byte(code)};
  if (code < 0x800) return {byte(0xC0 | code >> 6), tail(0)};
  if (code < 0x10000) return {byte(0xE0 | code >> 12), tail(6), tail(0)};
  return {byte(0xF0 | code >> 18), tail(12), tail(6), tail(0)};
}

TextVerdict judge_text(std::string_view bytes) {
  std::size_t character = 0;  // where the current one begins
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const std::string_view so_far = bytes.substr(character, at + 1 - character);
    const auto lead = static_cast<unsigned char>(so_far[0]);
    if (lead >= 0x80 && !begins_character(so_far)) return {.impossible_at = at};
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (so_far.size() == size) character = at + 1;
  }
  return {.complete = character == bytes.size()};
}

}  // namespace wsrelay::conformance
