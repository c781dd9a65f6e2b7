// The types whose values carry a unit: sizes and time spans.
#include <algorithm>

#include <fmt/format.h>

#include "config/size.hpp"
#include "config/slips.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

constexpr std::size_t kLongestQuantity = 48;

bool is_bare_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// What the parsers say begins with the value itself, "'5' is not a time span: …".
void say_no_quantity(const Node& node, const Error& error, std::string hint, Reading& reading) {
  const std::size_t colon = error.text.find(": ", std::min(node.text.size(), error.text.size()));
  if (hint.empty() && colon != std::string::npos) hint = error.text.substr(colon + 2);
  reading.problem(node, error.text.substr(0, colon), std::move(hint));
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
  if (!bytes) return say_no_quantity(node, bytes.error(), hint_for_size(*text), reading);
  if (*bytes < least || *bytes > most)
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words));
  value = *bytes;
}

Outline Size::outline(std::size_t initial) const {
  return {.words = fmt::format("a size from {} to {}", print_size(least), print_size(most)),
          .initial = print_size(initial),
          .schema = R"({"type":"string","maxLength":48,"pattern":"^[0-9]+ *(B|[KMG]|[KMG]iB)$"})"};
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
  if (!span) return say_no_quantity(node, span.error(), hint_for_span(*text), reading);
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
          .schema = fmt::format(R"({{"type":"string","maxLength":48,"pattern":"{}{}"}})", kPattern,
                                or_none ? "|^none$" : "")};
}

void OptionalSpan::read(const Node& node, std::optional<Duration>& value, Reading& reading) const {
  Duration given = Duration::max();
  span.read(node, given, reading);
  if (given != Duration::max()) value = given;
}

Outline OptionalSpan::outline(const std::optional<Duration>&) const {
  Outline leaf = span.outline(span.least);
  leaf.initial.clear();
  return leaf;
}

}  // namespace wsrelay::config
