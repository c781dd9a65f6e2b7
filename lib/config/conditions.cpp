#include "config/conditions.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "config/choice.hpp"

namespace wsrelay::config {
namespace {

/// Calls `each` for the one value or for every item of the list. A list that is given replaces what
/// was inherited; an empty one would mean nothing.
template <class Each>
void read_one_or_more(const Node& node, Reading& reading, Each each) {
  if (!node.is(Node::Kind::Sequence)) return each(node);
  if (node.children.empty())
    return reading.problem(node, "is an empty list", "leave the key out, or name at least one");
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Reading::At at(reading, i);
    each(node.children[i]);
  }
}

/// {"anyOf":[ONE,{"type":"array","minItems":1,"items":ONE}]}
std::string one_or_more_schema(std::string_view one) {
  return fmt::format(R"({{"anyOf":[{0},{{"type":"array","minItems":1,"items":{0}}}]}})", one);
}

std::optional<std::uint16_t> code_from(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<client::CodeRange> range_from(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = code_from(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : code_from(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return client::CodeRange{*first, *last};
}

const Choice<Fault>& fault_words() {
  static const Choice<Fault> words = [] {
    Choice<Fault> all;
    for (const Fault fault : {Fault::Dns, Fault::Proxy, Fault::Tcp, Fault::Tls, Fault::Http,
                              Fault::Protocol, Fault::TooLarge, Fault::PongTimeout, Fault::Timeout,
                              Fault::ServerClose, Fault::WriteTimeout, Fault::Local})
      all.all.push_back({name_of(fault), fault});
    return all;
  }();
  return words;
}

const Choice<std::string_view>& phase_words() {
  static const Choice<std::string_view> words{{{"resolving", "resolving"},
                                               {"connecting", "connecting"},
                                               {"proxy", "proxy"},
                                               {"tls", "tls"},
                                               {"upgrading", "upgrading"},
                                               {"ready", "ready"},
                                               {"closing", "closing"}}};
  return words;
}

template <class E>
Outline outline_of(const Choice<E>& words) {
  const Outline one = words.outline(E{});
  return {.words = fmt::format("{}, or a list of them", one.words),
          .schema = one_or_more_schema(one.schema)};
}

}  // namespace

std::string Codes::words() const {
  return fmt::format("a number from {0} to {1} or a range like {0}-{1}", least, most);
}

void Codes::read(const Node& node, std::vector<client::CodeRange>& value, Reading& reading) const {
  value.clear();
  read_one_or_more(node, reading, [&](const Node& item) {
    const std::string* text = scalar(item, words(), reading);
    if (text == nullptr) return;
    const auto range = range_from(*text);
    if (!range || range->first < least || range->last > most)
      return reading.problem(item, fmt::format("{} is not {}", in_quotes(*text), words()));
    if (range->first > range->last)
      return reading.problem(item, fmt::format("{} ends before it begins", in_quotes(*text)),
                             fmt::format("write {}-{}", range->last, range->first));
    value.push_back(*range);
  });
}

Outline Codes::outline(const std::vector<client::CodeRange>&) const {
  // Both bounds are powers of ten and what is just below one: one character tells the range.
  const std::string from = std::to_string(least), to = std::to_string(most);
  const std::string number = fmt::format("[{}-{}][0-9]{{{}}}", from[0], to[0], from.size() - 1);
  const std::string one =
      fmt::format(R"({{"anyOf":[{{"type":"integer","minimum":{},"maximum":{}}},)"
                  R"({{"type":"string","pattern":"^{}(-{})?$"}}]}})",
                  least, most, number, number);
  return {.words = fmt::format("{}, or a list of them", words()),
          .schema = one_or_more_schema(one)};
}

void Faults::read(const Node& node, std::vector<Fault>& value, Reading& reading) const {
  value.clear();
  read_one_or_more(node, reading, [&](const Node& item) {
    std::optional<Fault> fault;
    fault_words().read(item, fault, reading);
    if (fault) value.push_back(*fault);
  });
}

Outline Faults::outline(const std::vector<Fault>&) const {
  return outline_of(fault_words());
}

void Phases::read(const Node& node, std::vector<std::string>& value, Reading& reading) const {
  value.clear();
  read_one_or_more(node, reading, [&](const Node& item) {
    std::string_view phase;
    phase_words().read(item, phase, reading);
    if (!phase.empty()) value.emplace_back(phase);
  });
}

Outline Phases::outline(const std::vector<std::string>&) const {
  return outline_of(phase_words());
}

}  // namespace wsrelay::config
