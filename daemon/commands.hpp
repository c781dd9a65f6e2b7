// What wsrelayd does with a configuration beside running it: check it, print it, compare it,
// explain it. Reads files, prints, ends; what it prints is made in config/.
#pragma once

#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"

namespace wsrelay::daemon {

/// CheckConfig, DumpConfig, Plan or Explain.
ExitCode run_command(const Options& options);

}  // namespace wsrelay::daemon
