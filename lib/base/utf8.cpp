#include "base/utf8.hpp"

#include <cstring>

namespace wsrelay {
namespace {

// Skips eight ASCII bytes at a time: most text is ASCII, and it needs no state.
std::size_t ascii_prefix(BytesView bytes) {
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, bytes.data() + at, 8);
    if ((eight & 0x8080808080808080U) != 0) break;
  }
  return at;
}

}  // namespace

bool Utf8Validator::feed(BytesView bytes) {
  if (broken_) return false;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (pending_ == 0) {
      at += ascii_prefix(bytes.subspan(at));
      if (at == bytes.size()) break;
    }
    const auto byte = static_cast<std::uint8_t>(bytes[at]);
    if (pending_ > 0) {
      if (byte < low_ || byte > high_) return !(broken_ = true);
      low_ = 0x80;
      high_ = 0xBF;
      --pending_;
    } else if (byte >= 0x80) {
      // RFC 3629 §4: C0, C1 and F5..FF never appear; E0, ED, F0, F4 narrow what follows.
      if (byte < 0xC2 || byte > 0xF4) return !(broken_ = true);
      pending_ = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
      if (byte == 0xE0) low_ = 0xA0;
      if (byte == 0xED) high_ = 0x9F;
      if (byte == 0xF0) low_ = 0x90;
      if (byte == 0xF4) high_ = 0x8F;
    }
  }
  return true;
}

bool is_utf8(BytesView bytes) {
  Utf8Validator validator;
  return validator.feed(bytes) && validator.complete();
}

}  // namespace wsrelay
