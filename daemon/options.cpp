#include "daemon/options.hpp"

#include <array>
#include <cstring>

#include <fmt/format.h>
#include <getopt.h>

namespace wsrelay::daemon {

Result<Options> parse_options(int argc, char* const argv[]) {
  static const std::array<option, 5> kLong{option{"config", required_argument, nullptr, 'c'},
                                           option{"check-config", optional_argument, nullptr, 'k'},
                                           option{"version", no_argument, nullptr, 'V'},
                                           option{"help", no_argument, nullptr, 'h'},
                                           option{nullptr, 0, nullptr, 0}};
  Options options;
  std::string to_check;
  opterr = 0;
  optind = 0;  // glibc: forget an earlier parse altogether
  for (int c = 0; (c = getopt_long(argc, argv, ":c:hV", kLong.data(), nullptr)) != -1;) {
    switch (c) {
      case 'c':
        options.config = optarg;
        break;
      case 'k':
        options.command = Options::Command::CheckConfig;
        if (optarg != nullptr) to_check = optarg;
        break;
      case 'V':
        options.command = Options::Command::Version;
        break;
      case 'h':
        options.command = Options::Command::Help;
        break;
      case ':':
        return fail(Fault::Local, fmt::format("{} needs a value", argv[optind - 1]));
      default:
        return fail(Fault::Local, fmt::format("unknown option {}", argv[optind - 1]));
    }
    if (c == 'c' && options.config.empty())
      return fail(Fault::Local, "--config needs the name of a file");
  }
  // `--check-config FILE` reads like `--config FILE` does.
  if (options.command == Options::Command::CheckConfig && to_check.empty() && optind < argc)
    to_check = argv[optind++];
  if (optind < argc)
    return fail(Fault::Local, fmt::format("unexpected argument '{}'", argv[optind]));
  if (!to_check.empty()) options.config = to_check;
  if (options.config.empty()) options.config = WSRELAY_CONFIG_FILE;
  return options;
}

std::string help_text() {
  return fmt::format(
      "Usage: wsrelayd [--config FILE]\n"
      "       wsrelayd --check-config [FILE]\n"
      "\n"
      "Keeps WebSocket client connections alive and relays their messages to and from MQTT "
      "topics.\n"
      "\n"
      "  -c, --config FILE      the configuration (default: {})\n"
      "      --check-config     check the configuration, print every problem, and exit\n"
      "  -V, --version          print the version and exit\n"
      "  -h, --help             print this and exit\n"
      "\n"
      "Signals: SIGHUP reads the configuration again, SIGTERM and SIGINT drain and exit (a second\n"
      "one exits at once). Exit status: 0, 64 wrong usage, 78 wrong configuration, 1 other "
      "failure.\n",
      WSRELAY_CONFIG_FILE);
}

std::string version() {
  return WSRELAY_VERSION;
}

}  // namespace wsrelay::daemon
