#include "config/field.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/belongs.hpp"
#include "config/slips.hpp"

namespace wsrelay::config {
namespace {

void say_unknown(const Node& key, const Node& value, const std::vector<std::string_view>& names,
                 Reading& reading) {
  std::string hint = hint_for_unknown(reading.key(), key, value, names);
  const Reading::At at(reading, key.text);
  reading.problem(key, "there is no such setting", std::move(hint));
}

}  // namespace

std::string_view name_of(Reload reload) {
  switch (reload) {
    case Reload::Live:
      return "live";
    case Reload::Reconnect:
      return "reconnect";
    case Reload::Restart:
      break;
  }
  return "restart";
}

void read_keys(const Node& map, const std::vector<std::string_view>& names, Reading& reading,
               const std::function<void(std::size_t field, const Node& value)>& each) {
  std::vector<bool> seen(names.size());
  for (std::size_t i = 0; i < map.entries(); ++i) {
    const Node& key = map.key(i);
    if (!key.is(Node::Kind::Scalar) || (key.text == "<<" && !key.quoted)) {
      reading.hide(map.value(i));
      continue;  // said by the document
    }
    const auto found = std::find(names.begin(), names.end(), key.text);
    const auto number = static_cast<std::size_t>(found - names.begin());
    const bool usable = found != names.end() && !seen[number];
    // What nobody will read may still be a secret: a slip in "password", or a second one.
    if (!usable && (sounds_secret(key.text) || reading.among_secrets())) reading.hide(map.value(i));
    if (found == names.end()) {
      say_unknown(key, map.value(i), names, reading);
    } else if (usable) {
      seen[number] = true;
      each(number, map.value(i));
    }
  }
}

bool is_group(const Node& node, Reading& reading) {
  if (node.is(Node::Kind::Scalar) || node.is(Node::Kind::Sequence)) {
    if (reading.among_secrets()) reading.hide(node);
    std::string hint = hint_for_group(node);
    if (hint.empty()) hint = "write 'key: value', one a line and indented";
    reading.problem(node, "must be a group of settings", std::move(hint));
  }
  return node.is(Node::Kind::Map);
}

void say_missing(const Node& where, std::string_view name, Reading& reading) {
  if (!reading.is_complete()) return;  // it may stand in what could not be read
  const Reading::At at(reading, name);
  reading.problem(where, "is missing");
}

}  // namespace wsrelay::config
