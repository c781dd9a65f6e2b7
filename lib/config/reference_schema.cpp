// JSON Schema (draft 7, the one that editors know). Groups may be empty: a key whose settings are
// all commented out is null in YAML.
#include <fmt/format.h>

#include "base/json.hpp"
#include "config/fields.hpp"
#include "config/reference.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

std::string object_of(const Outline& group);

/// What an inner group requires it may have inherited. One that may be a single word is either.
std::string group_of(Outline group) {
  for (Outline& each : group.children) each.required = false;
  const std::string object = object_of(group);
  if (group.schema.empty()) return object;
  return fmt::format(R"({{"anyOf":[{},{}]}})", group.schema, object);
}

std::string object_of(const Outline& group) {
  std::string properties;
  std::string required;
  for (const Outline& each : group.children) {
    std::string one = each.schema;
    if (each.shape == Shape::Group) one = group_of(each);
    if (each.shape == Shape::List)
      one = fmt::format(R"({{"type":"array","items":{}}})", object_of(each));
    if (each.shape == Shape::Map)
      one = fmt::format(
          R"({{"type":["object","null"],"propertyNames":{},"additionalProperties":{}}})",
          each.schema, object_of(each));
    one.insert(1, fmt::format(R"("description":{},)", json_quoted(each.sentence)));
    properties +=
        fmt::format("{}{}:{}", properties.empty() ? "" : ",", json_quoted(each.name), one);
    if (each.required)
      required += fmt::format("{}{}", required.empty() ? "" : ",", json_quoted(each.name));
  }
  const bool may_be_empty = required.empty();
  return fmt::format(R"({{"type":{},"additionalProperties":false{},"properties":{{{}}}}})",
                     may_be_empty ? R"(["object","null"])" : R"("object")",
                     may_be_empty ? std::string() : fmt::format(R"(,"required":[{}])", required),
                     properties);
}

/// One member a line; small arrays stay on theirs.
std::string indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_text = false;
  int brackets = 0;
  const auto new_line = [&] { out += '\n' + std::string(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      out += c;
      if (c == '\\')
        out += json[++i];
      else if (c == '"')
        in_text = false;
      continue;
    }
    if (c == '"') in_text = true;
    if (c == '[') ++brackets;
    if (c == ']') --brackets;
    if (c == '}') --depth;
    if (c == '}' && json[i - 1] != '{') new_line();
    out += c;
    if (c == '{') ++depth;
    if ((c == '{' && json[i + 1] != '}') || (c == ',' && brackets == 0)) new_line();
    if (c == ':' || (c == ',' && brackets > 0)) out += ' ';
  }
  return out + '\n';
}

/// url is required, unless every instance inherits one.
Outline with_relaxed_url(Outline whole) {
  for (Outline& each : whole.children)
    if (each.shape == Shape::Map)
      for (Outline& setting : each.children) setting.required = false;
  return whole;
}

}  // namespace

std::string reference_schema() {
  std::string schema = object_of(with_relaxed_url(configuration().outline({})));
  schema.insert(1,
                R"("$schema":"http://json-schema.org/draft-07/schema#","title":"wsrelayd.yaml",)");
  return indented(schema);
}

}  // namespace wsrelay::config
