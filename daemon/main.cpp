// wsrelayd(8). Chooses what to do; the doing is in daemon/daemon.cpp and
// daemon/commands.cpp.
#include <cstdio>

#include <fmt/format.h>

#include "daemon/commands.hpp"
#include "daemon/daemon.hpp"
#include "daemon/no_core.hpp"
#include "daemon/options.hpp"

int main(int argc, char* argv[]) {
  using namespace wsrelay::daemon;
  const auto options = parse_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "wsrelayd: {}\nTry 'wsrelayd --help'.\n", options.error().text);
    return kUsage;
  }
  if (!options->allow_core) forbid_core();
  switch (options->command) {
    case Options::Command::Version:
      fmt::print("wsrelayd {}\n", version());
      return kOk;
    case Options::Command::Help:
      fmt::print("{}", help_text());
      return kOk;
    case Options::Command::Run:
      return run_daemon(*options);
    default:
      return run_command(*options);
  }
}
