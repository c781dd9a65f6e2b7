#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <getopt.h>

namespace wsrelay::conformance {
namespace {

enum Word : int { kCa = 1000, kAgent, kCases, kMessage, kFrames, kTimeout, kDeadline };

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

// "7", "1-20", "1-20,33"
Result<std::vector<Options::Range>> parse_cases(std::string_view text) {
  std::vector<Options::Range> ranges;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string_view one = text.substr(at, end - at);
    const std::size_t dash = one.find('-');
    const auto first = number_in(one.substr(0, dash));
    const auto last = dash == one.npos ? first : number_in(one.substr(dash + 1));
    if (!first || !last || *last < *first)
      return fail(Fault::Local, fmt::format("--cases: '{}' is neither a number nor A-B", one));
    ranges.push_back({*first, *last});
    at = end + 1;
  }
  return ranges;
}

// It stands in a query as it is.
bool is_agent(std::string_view name) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
  return !name.empty() && name.find_first_not_of(kPlain) == name.npos;
}

Result<void> set_number(std::size_t& setting, std::string_view option, std::string_view text) {
  const auto number = number_in(text);
  if (!number) return fail(Fault::Local, fmt::format("{}: '{}' is no number", option, text));
  setting = *number;
  return {};
}

Result<void> set_duration(Duration& setting, std::string_view option, std::string_view text) {
  const auto span = parse_duration(text);
  if (!span) return fail(Fault::Local, fmt::format("{}: {}", option, span.error().text));
  setting = *span;
  return {};
}

Result<void> take(Options& options, int word, std::string_view value) {
  switch (word) {
    case 'h':
      options.help = true;
      return {};
    case 'q':
      options.quiet = true;
      return {};
    case kCa:
      options.ca_file = value;
      return {};
    case kAgent:
      options.agent = value;
      if (is_agent(value)) return {};
      return fail(Fault::Local, "--agent: letters, digits, dots, dashes and underscores only");
    case kCases: {
      auto cases = parse_cases(value);
      if (!cases) return tl::unexpected(cases.error());
      options.cases = std::move(*cases);
      return {};
    }
    case kMessage:
      return set_number(options.max_message, "--max-message", value);
    case kFrames:
      return set_number(options.max_frames, "--max-frames", value);
    case kTimeout:
      return set_duration(options.timeout, "--timeout", value);
    default:
      return set_duration(options.deadline, "--deadline", value);
  }
}

}  // namespace

Result<Options> parse_options(int argc, char* const argv[]) {
  static const std::array<option, 10> kLong{
      option{"ca", required_argument, nullptr, kCa},
      option{"agent", required_argument, nullptr, kAgent},
      option{"cases", required_argument, nullptr, kCases},
      option{"max-message", required_argument, nullptr, kMessage},
      option{"max-frames", required_argument, nullptr, kFrames},
      option{"timeout", required_argument, nullptr, kTimeout},
      option{"deadline", required_argument, nullptr, kDeadline},
      option{"quiet", no_argument, nullptr, 'q'},
      option{"help", no_argument, nullptr, 'h'},
      option{nullptr, 0, nullptr, 0}};
  Options options;
  opterr = 0;
  for (int word = 0; (word = getopt_long(argc, argv, ":qh", kLong.data(), nullptr)) != -1;) {
    if (word == ':') return fail(Fault::Local, fmt::format("{} needs a value", argv[optind - 1]));
    if (word == '?') return fail(Fault::Local, fmt::format("unknown option {}", argv[optind - 1]));
    const auto taken = take(options, word, optarg == nullptr ? "" : optarg);
    if (!taken) return tl::unexpected(taken.error());
  }
  if (options.help) return options;
  if (argc - optind != 1) return fail(Fault::Local, "one address of a server is needed");
  auto base = parse_url(argv[optind], {"ws", "wss"});
  if (!base) return fail(Fault::Local, fmt::format("{}: {}", argv[optind], base.error().text));
  if (base->target.find('?') != std::string::npos)
    return fail(Fault::Local, "the server's address cannot have a query: the cases are in it");
  options.base = std::move(*base);
  return options;
}

std::string help_text() {
  return "Usage: conformance_client [options] ws://HOST:PORT | wss://HOST:PORT\n"
         "\n"
         "Runs the library's WebSocket client through the cases of a server that tests clients:\n"
         "asks /getCaseCount, echoes every message of /runCase for each case in turn, and has the\n"
         "reports written by /updateReports. The verdicts are the server's.\n"
         "\n"
         "      --ca FILE            certificates to trust, PEM (default: the system's)\n"
         "      --agent NAME         who to be in the reports (default: wsrelayd)\n"
         "      --cases LIST         which, by number: 7 or 1-20,33 (default: all)\n"
         "      --max-message BYTES  of a received message (default: 67108864)\n"
         "      --max-frames N       of a received message (default: 1000000)\n"
         "      --timeout TIME       of one case (default: 10m)\n"
         "      --deadline TIME      of the whole run (default: 2h)\n"
         "  -q, --quiet              no line for each case\n"
         "  -h, --help               print this and exit\n"
         "\n"
         "Exit status: 0 if every case ran to its end and the reports were written, 64 wrong "
         "usage,\n"
         "1 anything else.\n";
}

}  // namespace wsrelay::conformance
