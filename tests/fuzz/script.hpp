// What the targets share: a law that must hold, and an input read as a script from its front.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "base/bytes.hpp"

namespace wsrelay::fuzz {

inline void law(bool holds, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%d: this does not hold\n", file, line);
  std::abort();
}

/// Past its end a script says 0 and nothing.
class Script {
 public:
  Script(const std::uint8_t* data, std::size_t size)
      : rest_(std::as_bytes(std::span(data, size))) {}

  bool empty() const { return rest_.empty(); }
  unsigned byte() {
    const BytesView one = bytes(1);
    return one.empty() ? 0U : static_cast<unsigned>(one[0]);
  }
  /// Two bytes, big-endian.
  std::size_t number() {
    const std::size_t high = byte();
    return high << 8 | byte();
  }
  BytesView bytes(std::size_t at_most) {
    const BytesView taken = rest_.first(std::min(at_most, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  BytesView rest() { return bytes(rest_.size()); }

  /// A payload in a few bytes. The first says whether it stands here (bits 0-1: 0), or is one byte
  /// again and again (1), is by chance (2), or repeats chance after as many bytes as say two more
  /// at the end (3); two are its length, of which 12 bits count unless bits 2 and 3 of the first
  /// are set: small ones are to be many.
  Bytes payload();

 private:
  BytesView rest_;
};

inline Bytes Script::payload() {
  const unsigned what = byte();
  const unsigned kind = what & 3;
  Bytes out(number() & ((what & 12) == 12 ? 0xFFFF : 0x0FFF));
  if (kind == 0) {
    const BytesView here = bytes(out.size());
    return {here.begin(), here.end()};
  }
  const unsigned seed = byte();
  const std::size_t period = kind == 1 ? 1 : kind == 2 ? out.size() : 1 + number();
  std::minstd_rand chance(seed + 1);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = i < period ? static_cast<std::byte>(chance() >> 8) : out[i - period];
  return out;
}

/// `call` is given the bytes `piece` at a time; nothing at all, if there are none.
template <class Call>
void cut(BytesView bytes, std::size_t piece, Call call) {
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size())))
    call(bytes.first(std::min(piece, bytes.size())));
}

}  // namespace wsrelay::fuzz
