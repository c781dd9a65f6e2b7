// What the process ends with: sysexits(3), as systemd knows them by name.
#pragma once

namespace wsrelay::daemon {

enum ExitCode : int { kOk = 0, kFailure = 1, kUsage = 64, kConfig = 78 };

}  // namespace wsrelay::daemon
