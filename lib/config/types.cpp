#include "config/types.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/json.hpp"
#include "config/patterns.hpp"
#include "config/slips.hpp"

namespace wsrelay::config {

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kLongest = 48;
  if (text.size() <= kLongest) return fmt::format("'{}'", visible(text));
  std::size_t end = kLongest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return fmt::format("'{}…'", visible(text.substr(0, end)));
}

std::string yaml_text(std::string_view text) {
  const bool plain =
      !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_-./").find(c) != std::string_view::npos;
      });
  return plain ? std::string(text) : fmt::format("'{}'", text);
}

std::string enum_schema(const std::vector<std::string_view>& words) {
  std::string list;
  for (const std::string_view word : words) list += (list.empty() ? "" : ",") + json_quoted(word);
  return fmt::format(R"({{"type":"string","enum":[{}]}})", list);
}

const std::string* scalar(const Node& node, std::string_view words, Reading& reading) {
  switch (node.kind) {
    case Node::Kind::Scalar:
      return &node.text;
    case Node::Kind::Null:
      reading.problem(node, "has no value", fmt::format("write {}", words));
      break;
    case Node::Kind::Sequence:
    case Node::Kind::Map:
      reading.problem(node, fmt::format("must be {}, not a {}", words,
                                        node.is(Node::Kind::Map) ? "group" : "list"));
      break;
    case Node::Kind::Refused:  // said by the document
      break;
  }
  return nullptr;
}

void Text::read(const Node& node, std::string& value, Reading& reading) const {
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  if (auto objection = check(*text)) {
    if (std::string slip = hint_for_text(*text); !slip.empty()) objection->hint = std::move(slip);
    return reading.problem(node, std::move(objection->what), std::move(objection->hint));
  }
  value = *text;
}

Outline Text::outline(const std::string& initial) const {
  return {.words = std::string(words),
          .initial = initial.empty() ? "" : yaml_text(initial),
          .schema = schema_of(check)};
}

void Texts::read(const Node& node, std::vector<std::string>& value, Reading& reading) const {
  if (node.is(Node::Kind::Refused)) return;
  if (!node.is(Node::Kind::Sequence))
    return reading.problem(node, "must be a list", "write [a, b], or [] for none");
  value.clear();
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    const Reading::At at(reading, i);
    std::string one;
    Text{words, check}.read(node.children[i], one, reading);
    if (one.empty()) continue;
    if (!seen.insert(one).second)
      reading.problem(node.children[i], in_quotes(one) + " stands in the list twice");
    value.push_back(std::move(one));
  }
}

Outline Texts::outline(const std::vector<std::string>&) const {
  return {.words = fmt::format("a list, each {}", words),
          .initial = "[]",
          .schema =
              fmt::format(R"({{"type":"array","items":{},"uniqueItems":true}})", schema_of(check))};
}

void Flag::read(const Node& node, bool& value, Reading& reading) const {
  const std::string* text = scalar(node, "true or false", reading);
  if (text == nullptr) return;
  if (*text == "true" || *text == "false") {
    if (node.quoted) return reading.problem(node, "must be true or false", "without quotes");
    value = *text == "true";
    return;
  }
  const std::string lower = ascii_lower(*text);
  const bool yes = lower == "yes" || lower == "on" || lower == "1" || lower == "true";
  const bool no = lower == "no" || lower == "off" || lower == "0" || lower == "false";
  reading.problem(node, in_quotes(*text) + " is not true or false",
                  yes  ? "write true"
                  : no ? "write false"
                       : "");
}

Outline Flag::outline(bool initial) const {
  return {.words = "true or false",
          .initial = initial ? "true" : "false",
          .schema = R"({"type":"boolean"})"};
}

void Number::read(const Node& node, std::size_t& value, Reading& reading) const {
  const std::string words = fmt::format("a number from {} to {}", least, most);
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  std::size_t number = 0;
  const char* const last = text->data() + text->size();
  const auto [end, error] = std::from_chars(text->data(), last, number);
  // YAML readers do not agree on what 010 means.
  const bool padded = text->size() > 1 && text->front() == '0';
  const bool digits = !text->empty() && text->find_first_not_of("0123456789") == std::string::npos;
  if (digits && node.quoted)
    return reading.problem(node, fmt::format("must be {}", words), "without quotes");
  if (!digits || padded || end != last || error != std::errc{} || number < least || number > most)
    return reading.problem(node, fmt::format("{} is not {}", in_quotes(*text), words),
                           digits && padded ? "without a leading zero" : hint_for_number(*text));
  value = number;
}

void Number::read(const Node& node, std::uint8_t& value, Reading& reading) const {
  std::size_t number = value;
  read(node, number, reading);
  value = static_cast<std::uint8_t>(number);
}

Outline Number::outline(std::size_t initial) const {
  return {.words = fmt::format("a number from {} to {}", least, most),
          .initial = std::to_string(initial),
          .schema = fmt::format(R"({{"type":"integer","minimum":{},"maximum":{}}})", least, most)};
}

void Qos::read(const Node& node, std::uint8_t& value, Reading& reading) const {
  if (node.is(Node::Kind::Scalar) && node.text == "2")
    return reading.problem(node, "QoS 2 is not offered",
                           "use 1: at least once, so a receiver must bear a repeated message");
  Number{0, 1}.read(node, value, reading);
}

Outline Qos::outline(std::uint8_t initial) const {
  return {.words = "0 or 1",
          .initial = std::to_string(initial),
          .schema = R"({"type":"integer","enum":[0,1]})"};
}

}  // namespace wsrelay::config
