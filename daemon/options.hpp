// The command line. Knows the words, not what they do.
#pragma once

#include <string>

#include "base/error.hpp"

namespace wsrelay::daemon {

struct Options {
  enum class Command { Run, CheckConfig, Version, Help };
  Command command = Command::Run;
  std::string config;  // the file; never empty after parsing
};

/// The error's text is one line for stderr; the exit status that goes with it is 64 (EX_USAGE).
Result<Options> parse_options(int argc, char* const argv[]);
std::string help_text();
/// "0.1.0"
std::string version();

}  // namespace wsrelay::daemon
