#include "config/reference_parts.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "config/document.hpp"
#include "config/fields.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kFirstVersion = "0.1";

void date(Outline& setting, std::string_view since) {
  if (setting.since.empty()) setting.since = since;
  for (Outline& each : setting.children) date(each, setting.since);
}

std::string json_of(const Node& node) {
  std::string out;
  switch (node.kind) {
    case Node::Kind::Null:
    case Node::Kind::Refused:
      break;
    case Node::Kind::Scalar: {
      const bool digits = node.text.find_first_not_of("0123456789") == std::string::npos;
      const bool bare = digits || node.text == "true" || node.text == "false";
      return bare && !node.quoted ? node.text : json_quoted(node.text);
    }
    case Node::Kind::Sequence:
      for (const Node& each : node.children) out += (out.empty() ? "" : ",") + json_of(each);
      return fmt::format("[{}]", out);
    case Node::Kind::Map:
      for (std::size_t i = 0; i < node.entries(); ++i)
        out += fmt::format("{}{}:{}", out.empty() ? "" : ",", json_quoted(node.key(i).text),
                           json_of(node.value(i)));
      return fmt::format("{{{}}}", out);
  }
  return "null";
}

}  // namespace

Outline whole_table() {
  Outline whole = configuration().outline({});
  date(whole, kFirstVersion);
  return whole;
}

std::string json_of_yaml(const std::string& yaml) {
  return json_of(parse_document(yaml).root);
}

}  // namespace wsrelay::config
