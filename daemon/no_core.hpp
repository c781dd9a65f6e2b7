// Secrets stand in memory, so memory is not written to disk: neither a core file, nor a crash
// handler (core(5)'s pipe does not heed the limit), nor another process of this user may read it.
// Also hides most of /proc/PID from other users' eyes. What systemd needs of it stays readable.
#pragma once

namespace wsrelay::daemon {

/// Before the first secret is read; for the whole process, for good.
void forbid_core();

}  // namespace wsrelay::daemon
