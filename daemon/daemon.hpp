// The process: loop, network, bridge, service manager and signals, wired together; start, reload,
// stop. With main, the only place that knows everybody.
#pragma once

#include "daemon/options.hpp"

namespace wsrelay::daemon {

/// sysexits(3), as systemd knows them by name.
enum ExitCode : int { kOk = 0, kFailure = 1, kUsage = 64, kConfig = 78 };

/// Runs until SIGTERM or SIGINT; the process's exit status.
int run_daemon(const Options& options);

}  // namespace wsrelay::daemon
