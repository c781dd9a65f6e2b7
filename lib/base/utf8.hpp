// Is it UTF-8 (RFC 3629)? Asked piece by piece, so that a wrong byte is known when it arrives,
// not when its message ends. A value of a few bytes; reset() starts the next text.
// Long pieces are judged by simdjson, in the widest registers of the machine it runs on.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace wsrelay {

class Utf8Validator {
 public:
  /// False from the first byte on that no continuation can make valid.
  bool feed(BytesView bytes);
  /// True if the text may end here.
  bool complete() const { return pending_ == 0 && !broken_; }
  void reset() { *this = Utf8Validator{}; }

 private:
  bool step_through(BytesView bytes);

  std::uint8_t pending_ = 0;  // continuation bytes still due
  std::uint8_t low_ = 0x80;   // bounds of the next continuation byte:
  std::uint8_t high_ = 0xBF;  // narrower after E0, ED, F0, F4
  bool broken_ = false;
};

bool is_utf8(BytesView bytes);

/// How many characters begin in the text: as wide it is on a terminal, nearly always.
std::size_t characters(std::string_view text);

}  // namespace wsrelay
