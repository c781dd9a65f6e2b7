// The command line. Knows the words, not what they do.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace wsrelay::daemon {

struct Options {
  enum class Command : std::uint8_t { Run, CheckConfig, DumpConfig, Plan, Explain, Version, Help };
  Command command = Command::Run;
  std::string config;       // the file; never empty after parsing; "-": standard input, not for Run
  std::string after;        // Plan: the file that would take its place
  std::string instance;     // Explain: whom
  std::string name;         // stands above the configuration's `name`; empty: not given
  bool allow_core = false;  // memory may be dumped, secrets and all
};

/// The error's text is one line for stderr; the exit status that goes with it is 64 (EX_USAGE).
Result<Options> parse_options(int argc, char* const argv[]);
std::string help_text();
/// "0.1.0"
std::string version();

}  // namespace wsrelay::daemon
