// wsrelayd(8). Chooses what to do; the doing is in daemon/daemon.cpp.
#include <cstdio>

#include <fmt/format.h>

#include "daemon/config_file.hpp"
#include "daemon/daemon.hpp"
#include "daemon/options.hpp"

int main(int argc, char* argv[]) {
  using namespace wsrelay::daemon;
  const auto options = parse_options(argc, argv);
  if (!options) {
    fmt::print(stderr, "wsrelayd: {}\nTry 'wsrelayd --help'.\n", options.error().text);
    return kUsage;
  }
  switch (options->command) {
    case Options::Command::Version:
      fmt::print("wsrelayd {}\n", version());
      return kOk;
    case Options::Command::Help:
      fmt::print("{}", help_text());
      return kOk;
    case Options::Command::CheckConfig: {
      const Checked checked = check_config(options->config);
      fmt::print(stderr, "{}", checked.problems);
      if (!checked.ok()) return kConfig;
      fmt::print("{}: the configuration is valid\n", options->config);
      return kOk;
    }
    case Options::Command::Run:
      return run_daemon(*options);
  }
  return kFailure;
}
