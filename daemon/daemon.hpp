// The process: loop, network, bridge, service manager and signals, wired together; start, reload,
// stop. With main, the only place that knows everybody.
#pragma once

#include "daemon/exit_code.hpp"
#include "daemon/options.hpp"

namespace wsrelay::daemon {

/// Runs until SIGTERM or SIGINT.
ExitCode run_daemon(const Options& options);

}  // namespace wsrelay::daemon
