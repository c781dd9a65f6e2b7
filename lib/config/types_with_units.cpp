// The types whose values are more than a word or a number: sizes, time spans, addresses.
#include <algorithm>

#include <fmt/format.h>

#include "config/size.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

constexpr std::size_t kLongestQuantity = 48;

bool is_bare_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A login, a query, or what may be half a login ("wss://user:word"): often a secret, also where the
// address is refused.
bool may_hold_secret(std::string_view address) {
  if (address.find_first_of("@?") != std::string_view::npos) return true;
  const std::size_t authority = address.find("//");
  if (authority == std::string_view::npos) return address.find(':') != address.rfind(':');
  const std::size_t bracket = address.rfind(']');
  const std::size_t colon =
      address.find(':', bracket == std::string_view::npos ? authority : bracket);
  if (colon == std::string_view::npos) return false;
  const std::string_view port = address.substr(colon + 1);
  return !is_bare_number(port.substr(0, port.find('/')));
}

// What the parsers say begins with the value itself, "'5' is not a time span: …".
void say_no_quantity(const Node& node, const Error& error, Reading& reading) {
  const std::size_t colon = error.text.rfind(": ");
  reading.problem(node, error.text.substr(0, colon),
                  colon == std::string::npos ? "" : error.text.substr(colon + 2));
}

}  // namespace

void Size::read(const Node& node, std::size_t& value, Reading& reading) const {
  const std::string words =
      fmt::format("a size from {} to {}", print_size(least), print_size(most));
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  if (text->size() > kLongestQuantity)
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words));
  if (is_bare_number(*text))
    return reading.problem(node, fmt::format("'{}' is a number without a unit", *text),
                           fmt::format("write {}B, or a size like 64KiB or 1MiB", *text));
  const auto bytes = parse_size(*text);
  if (!bytes) return say_no_quantity(node, bytes.error(), reading);
  if (*bytes < least || *bytes > most)
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words));
  value = *bytes;
}

Outline Size::outline(std::size_t initial) const {
  return {.words = fmt::format("a size from {} to {}", print_size(least), print_size(most)),
          .initial = print_size(initial),
          .schema = R"({"type":"string","pattern":"^[0-9]+ *(B|[KMG]|[KMG]iB)$"})"};
}

std::string Span::words() const {
  return fmt::format("a time span from {} to {}{}{}", print_duration(least), print_duration(most),
                     or_zero ? ", or 0s" : "", or_none ? ", or none" : "");
}

void Span::read(const Node& node, Duration& value, Reading& reading) const {
  const std::string* text = scalar(node, words(), reading);
  if (text == nullptr) return;
  if (or_none && *text == "none") {
    value = Duration::max();
    return;
  }
  if (text->size() > kLongestQuantity)
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words()));
  if (is_bare_number(*text))
    return reading.problem(node, fmt::format("'{}' is a number without a unit", *text),
                           fmt::format("write {0}s for seconds, or {0}ms", *text));
  const auto span = parse_duration(*text);
  if (!span) return say_no_quantity(node, span.error(), reading);
  const bool off = or_zero && *span == Duration::zero();
  if (!off && (*span < least || *span > most))
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words()));
  if (*span % step != Duration::zero())
    return reading.problem(node,
                           fmt::format("{} is not a whole number of seconds", in_quotes(*text)));
  value = *span;
}

Outline Span::outline(Duration initial) const {
  constexpr std::string_view kPattern = "^ *([0-9]+ *(ms|s|min|m|h|d) *)+$";
  return {.words = words(),
          .initial = initial == Duration::max() ? "none" : print_duration(initial),
          .schema = fmt::format(R"({{"type":"string","pattern":"{}{}"}})", kPattern,
                                or_none ? "|^none$" : "")};
}

void Address::read(const Node& node, Url& value, Reading& reading) const {
  const std::string words =
      fmt::format("an address that begins with {}://", fmt::join(schemes, ":// or "));
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  if (may_hold_secret(*text)) reading.hide(node);
  const bool for_broker = schemes.front() == "mqtt";
  const auto begins = [&](std::string_view scheme) {
    return text->starts_with(fmt::format("{}://", scheme));
  };
  if (for_broker && (begins("ws") || begins("wss")))
    return reading.problem(node, "MQTT over WebSocket does not exist in this version",
                           "use mqtt://, mqtts:// or unix://");
  const auto url =
      for_broker ? parse_url(*text, {"mqtt", "mqtts", "unix"}) : parse_url(*text, {"ws", "wss"});
  if (!url) {
    std::string hint;
    if (!for_broker && (begins("http") || begins("https")))
      hint = fmt::format("did you mean {}://?", begins("https") ? "wss" : "ws");
    if (for_broker && (begins("tcp") || begins("ssl")))
      hint = fmt::format("did you mean {}://?", begins("ssl") ? "mqtts" : "mqtt");
    return reading.problem(node, url.error().text, std::move(hint));
  }
  if (for_broker && url->scheme != "unix" && url->target != "/")
    return reading.problem(node, "an MQTT address has no path", "end it after the host and port");
  value = *url;
}

Outline Address::outline(const Url& initial) const {
  std::string written = initial.host.empty() ? std::string() : initial.text();
  if (initial.target == "/" && written.ends_with('/')) written.pop_back();
  return {.words = fmt::format("an address, {}://…", fmt::join(schemes, "://…, ")),
          .initial = written,
          .schema =
              fmt::format(R"({{"type":"string","pattern":"^({})://"}})", fmt::join(schemes, "|"))};
}

}  // namespace wsrelay::config
