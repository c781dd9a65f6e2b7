// Chance, handed in: the system's for real life, a seeded one for tests. A test prints its seed.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>

#include "base/bytes.hpp"

namespace wsrelay {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The TLS library's generator, drawn in blocks: a masking key costs no system call.
/// RFC 6455 §5.3: masking keys come from a strong source of entropy.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> bytes) override;

 private:
  std::array<std::byte, 1024> block_{};
  std::size_t used_ = 1024;
};

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> bytes) override;

 private:
  std::mt19937_64 engine_;
};

}  // namespace wsrelay
