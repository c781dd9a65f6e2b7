// The driver's command line. Knows the words, not what they do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/url.hpp"

namespace wsrelay::conformance {

struct Options {
  /// Of case numbers, both ends included.
  struct Range {
    std::uint64_t first = 1;
    std::uint64_t last = UINT64_MAX;
  };
  bool help = false;
  Url base = {};
  std::string ca_file = {};  // empty: the system's trust store
  std::string agent = "wsrelayd";
  std::vector<Range> cases = {Range{}};
  std::size_t max_message = std::size_t{64} << 20;
  std::size_t max_frames = 1'000'000;
  Duration timeout = std::chrono::minutes(10);  // of one case
  Duration deadline = std::chrono::hours(2);    // of the whole run
  bool quiet = false;
};

/// The error's text is one line for stderr; the exit status that goes with it is 64 (EX_USAGE).
Result<Options> parse_options(int argc, char* const argv[]);
std::string help_text();

}  // namespace wsrelay::conformance
