#include "daemon/no_core.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace wsrelay::daemon {

// The second is what counts; a sandbox may forbid the first.
void forbid_core() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace wsrelay::daemon
