#include "daemon/options.hpp"

#include <array>
#include <optional>

#include <fmt/format.h>
#include <getopt.h>

#include "daemon/drop_ins.hpp"

namespace wsrelay::daemon {
namespace {

using Command = Options::Command;

// What getopt_long(3) returns for an option without a letter.
enum Word : int { kCheck = 256, kDump, kPlan, kExplain, kName, kAllowCore };

constexpr std::array<option, 10> kLong{option{"config", required_argument, nullptr, 'c'},
                                       option{"check-config", optional_argument, nullptr, kCheck},
                                       option{"dump-config", optional_argument, nullptr, kDump},
                                       option{"plan", required_argument, nullptr, kPlan},
                                       option{"explain", required_argument, nullptr, kExplain},
                                       option{"name", required_argument, nullptr, kName},
                                       option{"allow-core", no_argument, nullptr, kAllowCore},
                                       option{"version", no_argument, nullptr, 'V'},
                                       option{"help", no_argument, nullptr, 'h'},
                                       option{nullptr, 0, nullptr, 0}};

std::string_view word_for(Command command) {
  switch (command) {
    case Command::CheckConfig:
      return "--check-config";
    case Command::DumpConfig:
      return "--dump-config";
    case Command::Plan:
      return "--plan";
    case Command::Explain:
      return "--explain";
    case Command::Version:
      return "--version";
    case Command::Help:
      return "--help";
    case Command::Run:
      break;
  }
  return {};
}

// Gathers the words; every step may refuse.
class Line {
 public:
  std::optional<std::string> take(int word, const char* value);
  std::optional<std::string> take_file(std::string file);
  std::optional<std::string> finish();
  bool wants_file() const {
    return options_.config.empty() &&
           (options_.command == Command::CheckConfig || options_.command == Command::DumpConfig);
  }
  const Options& options() const { return options_; }

 private:
  std::optional<std::string> command(Command command);
  static std::optional<std::string> text(std::string& into, const char* value,
                                         std::string_view refusal);
  Options options_;
};

std::optional<std::string> Line::command(Command command) {
  const Command before = std::exchange(options_.command, command);
  if (before != Command::Run && before != command)
    return fmt::format("{} and {} cannot go together", word_for(before), word_for(command));
  return std::nullopt;
}

std::optional<std::string> Line::text(std::string& into, const char* value,
                                      std::string_view refusal) {
  into = value;
  return into.empty() ? std::optional(std::string(refusal)) : std::nullopt;
}

std::optional<std::string> Line::take_file(std::string file) {
  if (!options_.config.empty())
    return fmt::format("one file, please: '{}' or '{}'", options_.config, file);
  options_.config = std::move(file);
  return std::nullopt;
}

std::optional<std::string> Line::take(int word, const char* value) {
  std::optional<std::string> refusal;
  switch (word) {
    case 'c':
      if (*value == '\0') return "--config needs the name of a file";
      return take_file(value);
    case kCheck:
    case kDump:
      refusal = command(word == kCheck ? Command::CheckConfig : Command::DumpConfig);
      return refusal || value == nullptr || *value == '\0' ? refusal : take_file(value);
    case kPlan:
      refusal = text(options_.after, value, "--plan needs the name of a file");
      return refusal ? refusal : command(Command::Plan);
    case kExplain:
      refusal = text(options_.instance, value, "--explain needs the name of an instance");
      return refusal ? refusal : command(Command::Explain);
    case kName:
      return text(options_.name, value, "--name needs a name");
    case kAllowCore:
      options_.allow_core = true;
      return std::nullopt;
    case 'V':
      return command(Command::Version);
    default:
      return command(Command::Help);
  }
}

std::optional<std::string> Line::finish() {
  if (options_.config.empty()) options_.config = standard_file();
  if (options_.config != "-") return std::nullopt;
  if (options_.command == Command::Run)
    return "the daemon cannot run from standard input: a reload could not read it again";
  if (options_.after == "-") return "standard input can be one of the two files, not both";
  return std::nullopt;
}

// "/usr/lib/wsrelayd, …"
std::string parents_of_drop_ins() {
  std::string all;
  for (const std::string& directory : places_of(standard_file()).directories)
    all += (all.empty() ? "" : ", ") + directory.substr(0, directory.rfind('/'));
  return all;
}

}  // namespace

Result<Options> parse_options(int argc, char* const argv[]) {
  Line line;
  std::optional<std::string> refusal;
  opterr = 0;
  optind = 0;  // glibc: forget an earlier parse altogether
  for (int c = 0; !refusal;) {
    c = getopt_long(argc, argv, ":c:hV", kLong.data(), nullptr);
    if (c == -1) break;
    if (c == ':')
      refusal = fmt::format("{} needs a value", argv[optind - 1]);
    else if (c == '?')
      refusal = fmt::format("unknown option {}", argv[optind - 1]);
    else
      refusal = line.take(c, optarg);
  }
  // `--check-config FILE` reads like `--config FILE` does.
  if (!refusal && optind < argc && line.wants_file()) refusal = line.take_file(argv[optind++]);
  if (!refusal && optind < argc) refusal = fmt::format("unexpected argument '{}'", argv[optind]);
  if (!refusal) refusal = line.finish();
  if (refusal) return fail(Fault::Local, *refusal);
  return line.options();
}

std::string help_text() {
  return fmt::format(
      R"(Usage: wsrelayd [--config FILE] [--name NAME] [--allow-core]
       wsrelayd --check-config [FILE]
       wsrelayd --dump-config [FILE]
       wsrelayd [--config FILE] --plan FILE
       wsrelayd [--config FILE] --explain INSTANCE

Keeps WebSocket client connections alive and relays their messages to and from MQTT topics.

  -c, --config FILE      the configuration (default: {})
      --name NAME        this daemon's name, whatever the configuration says
      --allow-core       memory may be dumped when it crashes; it holds secrets
      --check-config     check the configuration, print every problem, and exit
      --dump-config      print the configuration as it counts: merged, each value with its
                         place, secrets left out
      --plan FILE        print what a reload would do if FILE took the configuration's place
      --explain INSTANCE print in sentences what an instance does and what it guarantees
  -V, --version          print the version and exit
  -h, --help             print this and exit

Drop-ins lie over the configuration in the order of their names: conf.d/*.yaml under
{}; over another
DIR/NAME.yaml those in DIR/NAME.conf.d. FILE may be - for standard input, which has none.

Signals: SIGHUP reads the configuration again, SIGTERM and SIGINT drain and exit (a second
one exits at once). Exit status: 0, 64 wrong usage, 78 wrong configuration, 1 other failure.
)",
      standard_file(), parents_of_drop_ins());
}

std::string version() {
  return WSRELAY_VERSION;
}

}  // namespace wsrelay::daemon
