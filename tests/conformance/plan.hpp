// Which runs a vector gets: the places where its bytes are cut. Depends on the vector alone, so
// that the number of runs in the table does, too.
#pragma once

#include <cstdint>
#include <vector>

#include "conformance/performance.hpp"
#include "conformance/runner.hpp"

namespace wsrelay::conformance {

struct Plan {
  bool merged = false;    // the script with its server bytes joined differs from the script
  bool bytewise = false;  // also byte by byte
  std::vector<std::size_t> cuts = {};
  std::size_t chunkings = 0;
};
Plan plan(const Vector& vector, const Script& script, const Script& joined, const Effort& effort);

/// The script with the server's bytes in as few reads as possible: those with nothing but
/// expectations between them become one, and so do the expectations.
Script joined(const Script& script);

Reading byte_by_byte(std::size_t size);
Reading in_pieces(std::size_t size, std::size_t piece);
Reading chopped(std::size_t size, std::uint64_t seed, std::size_t number);

}  // namespace wsrelay::conformance
