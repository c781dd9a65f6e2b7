#include "base/utf8.hpp"

#include <algorithm>
#include <cstring>

#include <simdjson.h>

namespace wsrelay {
namespace {

using Lane [[gnu::vector_size(16)]] = std::uint64_t;
constexpr std::uint64_t kHighBits = 0x8080808080808080;

// Measured: with fewer bytes than this the byte loop is done before the library has answered.
constexpr std::size_t kWorthACall = 20;

template <class Word>
Word load(const std::byte* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

bool is_ascii(std::uint64_t eight) {
  return (eight & kHighBits) == 0;
}
bool is_ascii(Lane lane) {
  return is_ascii(lane[0] | lane[1]);
}

// Most text is ASCII: no state, no call. May stop a few bytes early.
std::size_t ascii_prefix(BytesView bytes) {
  const std::byte* from = bytes.data();
  std::size_t at = 0;
  for (; at + 64 <= bytes.size(); at += 64)
    if (!is_ascii((load<Lane>(from + at) | load<Lane>(from + at + 16)) |
                  (load<Lane>(from + at + 32) | load<Lane>(from + at + 48))))
      return at;
  for (; at + 8 <= bytes.size(); at += 8)
    if (!is_ascii(load<std::uint64_t>(from + at))) return at;
  if (at == bytes.size() || bytes.size() < 8) return at;
  // The last few together with some that were seen already.
  return is_ascii(load<std::uint64_t>(from + bytes.size() - 8)) ? bytes.size() : at;
}

// All but a character at the end whose last bytes are still to come.
BytesView whole_characters(BytesView bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const auto byte = static_cast<std::uint8_t>(bytes[bytes.size() - back]);
    if (byte < 0x80) break;
    if (byte < 0xC0) continue;
    const std::size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    return length > back ? bytes.first(bytes.size() - back) : bytes;
  }
  return bytes;
}

}  // namespace

bool Utf8Validator::feed(BytesView bytes) {
  if (broken_) return false;
  if (pending_ > 0) {
    const std::size_t due = std::min<std::size_t>(pending_, bytes.size());
    if (!step_through(bytes.first(due))) return false;
    bytes = bytes.subspan(due);
  }
  bytes = bytes.subspan(ascii_prefix(bytes));
  if (bytes.empty()) return true;
  if (bytes.size() >= kWorthACall) {
    const BytesView whole = whole_characters(bytes);
    if (!simdjson::validate_utf8(reinterpret_cast<const char*>(whole.data()), whole.size()))
      return !(broken_ = true);
    bytes = bytes.subspan(whole.size());
  }
  return step_through(bytes);
}

// Byte by byte: what begins or ends inside a character, and what is short.
bool Utf8Validator::step_through(BytesView bytes) {
  unsigned pending = pending_, low = low_, high = high_;
  for (const std::byte next : bytes) {
    const auto byte = static_cast<unsigned>(next);
    if (pending > 0) {
      if (byte < low || byte > high) return !(broken_ = true);
      low = 0x80;
      high = 0xBF;
      --pending;
    } else if (byte >= 0x80) {
      // RFC 3629 §4: C0, C1 and F5..FF never appear; E0, ED, F0, F4 narrow what follows.
      if (byte < 0xC2 || byte > 0xF4) return !(broken_ = true);
      pending = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) low = 0xA0;
      if (byte == 0xED) high = 0x9F;
      if (byte == 0xF0) low = 0x90;
      if (byte == 0xF4) high = 0x8F;
    }
  }
  pending_ = static_cast<std::uint8_t>(pending);
  low_ = static_cast<std::uint8_t>(low);
  high_ = static_cast<std::uint8_t>(high);
  return true;
}

bool is_utf8(BytesView bytes) {
  Utf8Validator validator;
  return validator.feed(bytes) && validator.complete();
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace wsrelay
