#include "config/named.hpp"

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "config/checks.hpp"
#include "config/patterns.hpp"
#include "config/secret_text.hpp"
#include "config/types.hpp"
#include "ws/session.hpp"

namespace wsrelay::config {
namespace {

using From = SecretRef::Source;

constexpr std::string_view kReferences = "{credential: NAME}, {file: PATH} or {env: NAME}";
constexpr std::string_view kLabelWords = "a text on one line";

std::string schema_of_place() {
  return fmt::format(
      R"({{"type":"object","additionalProperties":false,"minProperties":1,"maxProperties":1,)"
      R"("properties":{{"credential":{},"file":{},"env":{}}}}})",
      schema_of(credential_name), schema_of(absolute_path), schema_of(variable_name));
}

void read_place(const Node& node, SecretRef& value, Reading& reading) {
  const std::vector<std::string_view> names{"credential", "file", "env"};
  constexpr From kSources[] = {From::Credential, From::File, From::Environment};
  constexpr Check kChecks[] = {credential_name, absolute_path, variable_name};
  if (node.entries() != 1)
    return reading.problem(node, "a secret stands in one place",
                           fmt::format("write {}", kReferences));
  read_keys(node, names, reading, [&](std::size_t i, const Node& found) {
    const Reading::At at(reading, names[i]);
    std::string name;
    Text{"a name", kChecks[i]}.read(found, name, reading);
    if (name.empty()) return;
    value = {.source = kSources[i], .name = std::move(name)};
    reading.look_at(value, found);
  });
}

/// What of it stands in the file itself.
void check_one_line(const Node& node, const SecretRef& value, std::string_view what,
                    Reading& reading) {
  value.for_each_part([&](const SecretRef& part) {
    if (part.source == From::Literal && !ws::is_header_value(part.literal.reveal()))
      reading.problem(node, fmt::format("{} is one line without control characters", what));
  });
}

/// A list whose items have names. Knows where each stands, so that a long list costs its length and
/// not its square.
template <class Item>
class ByName {
 public:
  using Spelling = std::string (*)(std::string_view);
  ByName(std::vector<Item>& all, Spelling spelling) : all_(all), spelling_(spelling) {
    for (std::size_t i = 0; i < all.size(); ++i) numbers_.emplace(spelling(all[i].name), i);
  }
  void put(Item item) {
    const auto [at, is_new] = numbers_.emplace(spelling_(item.name), all_.size());
    if (is_new)
      all_.push_back(std::move(item));
    else
      all_[at->second] = std::move(item);
  }

 private:
  std::vector<Item>& all_;
  Spelling spelling_;
  std::unordered_map<std::string, std::size_t> numbers_;
};

/// Names as `names` has them, each with a text or a reference.
Outline named_references(const std::string& names, const std::string& texts, bool any_case) {
  const Outline one = Reference{Reference::Inline::Fine}.outline({});
  return {.shape = Outline::Shape::Named,
          .words = fmt::format("names, each with {}", one.words),
          .initial = "{}",
          .schema =
              fmt::format(R"({{"type":["object","null"],"propertyNames":{},"additionalProperties":)"
                          R"({{"anyOf":[{},{}]}}}})",
                          names, texts, schema_of_place()),
          .any_case = any_case};
}

void read_header(const Node& name, const Node& node, client::Header& header, Reading& reading) {
  header.name = name.text;
  if (!ws::is_header_name(name.text)) {
    reading.hide(node);
    return reading.problem(name, in_quotes(name.text) + " cannot be a header here",
                           "a token (letters, digits, -), and none that the upgrade itself sends");
  }
  const std::string key = ascii_lower(name.text);
  const bool login = key == "authorization" || key == "cookie" || key == "proxy-authorization";
  Reference{login ? Reference::Inline::Warned : Reference::Inline::Fine}.read(node, header.value,
                                                                              reading);
  check_one_line(node, header.value, "a header's value", reading);
}

/// Calls `each(key, value)` for every named entry.
template <class Each>
void read_names(const Node& node, Reading& reading, Each each) {
  if (!is_group(node, reading)) return reading.hide(node);
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const Node& key = node.key(i);
    const bool merge = key.text == "<<" && !key.quoted;
    if (!key.is(Node::Kind::Scalar) || merge || !seen.insert(key.text).second) {
      reading.hide(node.value(i));  // said by the document
      continue;
    }
    const Reading::At at(reading, key.text);
    each(key, node.value(i));
  }
}

}  // namespace

void Reference::read(const Node& node, SecretRef& value, Reading& reading) const {
  if (node.is(Node::Kind::Map)) {
    for (std::size_t i = 0; i < node.entries(); ++i)
      if (const std::string& name = node.key(i).text;
          name != "credential" && name != "file" && name != "env")
        reading.hide(node.value(i));
    return read_place(node, value, reading);
  }
  reading.hide(node);
  const std::string words = written_out == Inline::Refused ? std::string(kReferences)
                                                           : fmt::format("a text, {}", kReferences);
  const std::string* text = scalar(node, words, reading);
  if (text == nullptr) return;
  if (written_out == Inline::Refused)
    return reading.problem(node, "a secret does not stand in this file",
                           fmt::format("write {}", kReferences));
  auto ref = secret_text(*text, reading.named_secrets());
  if (!ref) return reading.problem(node, std::move(ref.error().what), std::move(ref.error().hint));
  if (written_out == Inline::Warned && ref->source == From::Literal)
    reading.warning(node, "this secret can be read by whoever reads the file",
                    fmt::format("better {}", kReferences));
  value = std::move(*ref);
}

Outline Reference::outline(const SecretRef&) const {
  return {
      .words = fmt::format("{}{}", written_out == Inline::Refused ? "" : "a text, ", kReferences),
      .schema = written_out == Inline::Refused
                    ? schema_of_place()
                    : fmt::format(R"({{"anyOf":[{},{}]}})",
                                  schema_of(one_word ? SecretText::Word : SecretText::Any),
                                  schema_of_place())};
}

void Headers::read(const Node& node, std::vector<client::Header>& value, Reading& reading) const {
  std::set<std::string> given;
  ByName<client::Header> all(value, ascii_lower);
  read_names(node, reading, [&](const Node& name, const Node& found) {
    client::Header header;
    read_header(name, found, header, reading);
    if (!given.insert(ascii_lower(name.text)).second)
      return reading.problem(name, "is given twice", "the names of headers know no case");
    all.put(std::move(header));
  });
}

Outline Headers::outline(const std::vector<client::Header>&) const {
  return named_references(schema_of_header_names(), schema_of(SecretText::Field), true);
}

void Query::read(const Node& node, std::vector<client::QueryField>& value, Reading& reading) const {
  ByName<client::QueryField> all(
      value, +[](std::string_view name) { return std::string(name); });
  read_names(node, reading, [&](const Node& name, const Node& found) {
    if (auto objection = any_text(name.text)) {
      reading.hide(found);
      return reading.problem(name,
                             fmt::format("the name of a part of the query {}", objection->what));
    }
    client::QueryField field{.name = name.text, .value = {}};
    const bool telling = sounds_secret(name.text);
    Reference{telling ? Reference::Inline::Warned : Reference::Inline::Fine}.read(
        found, field.value, reading);
    check_one_line(found, field.value, "a value of the query", reading);
    all.put(std::move(field));
  });
}

Outline Query::outline(const std::vector<client::QueryField>&) const {
  return named_references(R"({"type":"string"})", schema_of(SecretText::Field), false);
}

void Secrets::read(const Node& node, std::map<std::string, SecretRef>& value,
                   Reading& reading) const {
  read_names(node, reading, [&](const Node& name, const Node& found) {
    if (auto objection = plain_name(name.text))
      reading.problem(name, std::move(objection->what), std::move(objection->hint));
    Reference{}.read(found, value[name.text], reading);
  });
  reading.name_secrets(value);
}

Outline Secrets::outline(const std::map<std::string, SecretRef>&) const {
  return {.shape = Outline::Shape::Named,
          .words = fmt::format("names, each with {}", kReferences),
          .initial = "{}",
          .schema = fmt::format(
              R"({{"type":["object","null"],"propertyNames":{},"additionalProperties":{}}})",
              schema_of(plain_name), schema_of_place())};
}

void Labels::read(const Node& node, std::map<std::string, std::string>& value,
                  Reading& reading) const {
  read_names(node, reading, [&](const Node& name, const Node& found) {
    if (auto objection = plain_name(name.text))
      return reading.problem(name, std::move(objection->what), std::move(objection->hint));
    std::string text;
    Text{kLabelWords, any_text}.read(found, text, reading);
    value[name.text] = std::move(text);
  });
}

Outline Labels::outline(const std::map<std::string, std::string>&) const {
  return {.shape = Outline::Shape::Named,
          .words = fmt::format("names, each with {}", kLabelWords),
          .initial = "{}",
          .schema = fmt::format(
              R"({{"type":["object","null"],"propertyNames":{},"additionalProperties":{}}})",
              schema_of(plain_name), schema_of(any_text))};
}

void Instances::read(const Node& node, Config& config, Reading& reading) const {
  read_names(node, reading, [&](const Node& name, const Node& found) {
    if (auto objection = instance_name(name.text))
      reading.problem(name, std::move(objection->what), std::move(objection->hint));
    Instance& instance =
        config.instances.insert_or_assign(name.text, config.defaults).first->second;
    record.read(found, instance, reading);
    // What is no group has been told already, with all that it lacks.
    const bool is_whole = found.is(Node::Kind::Map) || found.is(Node::Kind::Null);
    if (is_whole && config.defaults.client.url.host.empty()) record.require(name, found, reading);
  });
}

Outline Instances::outline(const Config& initial) const {
  Outline whole = record.outline(initial.defaults);
  whole.shape = Outline::Shape::Map;
  whole.schema = schema_of_instance_names();
  return whole;
}

void Defaults::read(const Node& node, Instance& value, Reading& reading) const {
  record.read(node, value, reading);
}

Outline Defaults::outline(const Instance& initial) const {
  Outline whole = record.outline(initial);
  std::erase_if(whole.children, [](const Outline& each) { return each.name == "for_each"; });
  for (Outline& each : whole.children) each.required = false;
  return whole;
}

}  // namespace wsrelay::config
