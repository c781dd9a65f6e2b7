#include "base/random.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <gnutls/crypto.h>

namespace wsrelay {

std::uint64_t Random::below(std::uint64_t bound) {
  // Draws under `skew` are refused: a bare modulo would favour small results.
  const std::uint64_t skew = (0 - bound) % bound;
  for (;;) {
    std::uint64_t draw = 0;
    fill(std::as_writable_bytes(std::span(&draw, 1)));
    if (draw >= skew) return draw % bound;
  }
}

void SystemRandom::fill(std::span<std::byte> bytes) {
  while (!bytes.empty()) {
    if (used_ == block_.size()) {
      // Without randomness there is no masking key and no handshake: nothing sensible is left to
      // do.
      if (gnutls_rnd(GNUTLS_RND_NONCE, block_.data(), block_.size()) < 0) std::abort();
      used_ = 0;
    }
    const std::size_t n = std::min(bytes.size(), block_.size() - used_);
    std::memcpy(bytes.data(), block_.data() + used_, n);
    std::memset(block_.data() + used_, 0, n);
    used_ += n;
    bytes = bytes.subspan(n);
  }
}

void SeededRandom::fill(std::span<std::byte> bytes) {
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine_() >> 56);
}

}  // namespace wsrelay
