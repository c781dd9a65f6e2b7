// Chance that is the same on every machine and with every library: SplitMix64.
#pragma once

#include <cstdint>
#include <string>

namespace wsrelay::conformance {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
  }
  /// In [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

inline std::string random_bytes(std::size_t size, std::uint64_t seed) {
  Dice dice(seed);
  std::string out(size, '\0');
  for (char& c : out) c = static_cast<char>(dice.next() >> 56);
  return out;
}

}  // namespace wsrelay::conformance
