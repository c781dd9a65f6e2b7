// Payloads of many natures for laws about compression, from a seed.
#pragma once

#include <string>

#include "base/random.hpp"

namespace wsrelay::test {

/// By turns: noise, one letter, a small alphabet, words, and copies of what came before from near
/// and far. `size` bytes.
inline std::string mixed_payload(Random& random, std::size_t size) {
  static constexpr std::string_view kWords[] = {"{\"id\":", "temperature", "true", ",",
                                                "21.5",     "room-",       "\"}",  "2026-11-21T"};
  std::string out;
  while (out.size() < size) {
    const std::size_t run = 1 + random.below(300);
    switch (random.below(5)) {
      case 0:
        for (std::size_t i = 0; i < run; ++i) out += static_cast<char>(random.below(256));
        break;
      case 1:
        out.append(run, static_cast<char>('a' + random.below(26)));
        break;
      case 2:
        for (std::size_t i = 0; i < run; ++i) out += static_cast<char>('0' + random.below(4));
        break;
      case 3:
        for (std::size_t i = 0; i < run / 8; ++i) out += kWords[random.below(std::size(kWords))];
        break;
      default:
        if (out.empty()) break;
        for (std::size_t i = 0, from = random.below(out.size()); i < run; ++i) out += out[from + i];
    }
  }
  out.resize(size);
  return out;
}

}  // namespace wsrelay::test
