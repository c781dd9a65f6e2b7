// JSON Schema (draft 7, the one that editors know). Groups may be empty: a key whose settings are
// all commented out is null in YAML. A file is seen alone: what it lacks may stand in another.
#include <fmt/format.h>

#include "base/json.hpp"
#include "config/json_layout.hpp"
#include "config/reference.hpp"
#include "config/reference_parts.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

constexpr std::string_view kEach = R"(\\{\\{each(\\.[^{}]+)?\\}\\})";  // as a JSON text has it

/// Where {{each}} may stand: in any text, and in place of a value of any other kind.
std::string with_each(std::string schema) {
  constexpr std::string_view kPattern = R"("pattern":")";
  for (std::size_t at = 0; (at = schema.find(kPattern, at)) != std::string::npos;) {
    at += kPattern.size();
    schema.insert(at, fmt::format("{}|", kEach));
  }
  if (schema.starts_with(R"({"type":"string","maxLength")") ||
      schema.starts_with(R"({"type":"string","minLength")"))
    return schema;
  return fmt::format(R"({{"anyOf":[{},{{"type":"string","pattern":"{}"}}]}})", schema, kEach);
}

/// Writes the schema of groups. `block`: of instances that for_each makes.
class Printer {
 public:
  explicit Printer(bool block) : block_(block) {}

  std::string object_of(const Outline& group) const {
    std::string properties;
    std::string required;
    for (const Outline& each : group.children) {
      if (each.name == "for_each" && !block_) continue;
      properties += fmt::format("{}{}:{}", properties.empty() ? "" : ",", json_quoted(each.name),
                                setting(each));
      if (each.required)
        required += fmt::format("{}{}", required.empty() ? "" : ",", json_quoted(each.name));
    }
    const bool may_be_empty = required.empty();
    return fmt::format(R"({{"type":{},"additionalProperties":false{},"properties":{{{}}}}})",
                       may_be_empty ? R"(["object","null"])" : R"("object")",
                       may_be_empty ? std::string() : fmt::format(R"(,"required":[{}])", required),
                       properties);
  }

 private:
  std::string setting(const Outline& each) const {
    std::string one = value_of(each);
    one.insert(1, fmt::format(R"("description":{},)", json_quoted(description_of(each))));
    const bool has_initial = each.shape == Shape::Leaf && !each.initial.empty() && !each.required;
    if (has_initial) add(one, "default", json_of_yaml(each.initial));
    if (!each.example.empty())
      add(one, "examples", fmt::format("[{}]", json_of_yaml(each.example)));
    return one;
  }

  static void add(std::string& object, std::string_view name, std::string_view json) {
    object.insert(object.size() - 1, fmt::format(R"(,"{}":{})", name, json));
  }

  static std::string description_of(const Outline& setting) {
    std::string text = setting.sentence + '\n';
    if (!setting.words.empty()) text += fmt::format("Value: {}. ", setting.words);
    return text + fmt::format("Reload: {}. Since {}.", name_of(setting.reload), setting.since);
  }

  std::string value_of(const Outline& each) const {
    switch (each.shape) {
      case Shape::Group:
        return group_of(each);
      case Shape::List:
        return fmt::format(R"({{"type":"array","items":{}}})", object_of(each));
      case Shape::Map:
        return map_of(each);
      default:
        break;
    }
    return block_ && each.name != "for_each" ? with_each(each.schema) : each.schema;
  }

  /// What an inner group requires it may have inherited. One that may be a single word is either.
  std::string group_of(Outline group) const {
    if (group.name == "defaults") return R"({"allOf":[{"$ref":"#/definitions/instance"}]})";
    for (Outline& each : group.children) each.required = false;
    const std::string object = object_of(group);
    if (group.schema.empty()) return object;
    return fmt::format(R"({{"anyOf":[{},{}]}})", block_ ? with_each(group.schema) : group.schema,
                       object);
  }

  static std::string map_of(const Outline& map) {
    return fmt::format(R"({{"type":["object","null"],"propertyNames":{},)"
                       R"("patternProperties":{{"{}":{{"$ref":"#/definitions/block"}}}},)"
                       R"("additionalProperties":{{"$ref":"#/definitions/instance"}}}})",
                       map.schema, kEach);
  }

  bool block_;
};

/// One instance, seen alone: its url may stand in another file, or under defaults.
Outline instance_of(const Outline& whole) {
  Outline instance = whole.children.back();
  instance.shape = Shape::Group;
  for (Outline& each : instance.children) each.required = false;
  return instance;
}

}  // namespace

std::string reference_schema() {
  const Outline whole = whole_table();
  const Outline instance = instance_of(whole);
  std::string schema = Printer(false).object_of(whole);
  schema.insert(1,
                R"("$schema":"http://json-schema.org/draft-07/schema#","title":"wsrelayd.yaml",)");
  schema.insert(schema.size() - 1,
                fmt::format(R"(,"definitions":{{"instance":{},"block":{}}})",
                            Printer(false).object_of(instance), Printer(true).object_of(instance)));
  return laid_out(schema);
}

}  // namespace wsrelay::config
