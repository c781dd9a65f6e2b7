// Runs a vector in every way its bytes may arrive: whole, byte by byte, cut in two at every point,
// and chopped at random. All must tell the expected story, and tell each line of it at the byte
// that decides it: what a run has told after n bytes is what the run byte by byte had told then.
#pragma once

#include <cstdint>
#include <string>

#include "conformance/vector.hpp"

namespace wsrelay::conformance {

struct Effort {
  bool quick = false;       // cuts and chunkings are sampled: for sanitizers
  std::uint64_t seed = 20;  // of the random chunkings
};

struct Examination {
  std::size_t runs = 0;
  std::string failure;  // names the run and both stories; empty: passed
};

Examination examine(const Vector& vector, const Effort& effort);

/// How many runs that is, without running any.
std::size_t runs_of(const Vector& vector, const Effort& effort);

}  // namespace wsrelay::conformance
