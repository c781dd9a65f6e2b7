#include "base/topic.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace wsrelay {
namespace {

// Takes the front level off `rest`; after the last one `rest` has no data() at all, which tells
// "a" from "a/" (whose second level is empty).
std::string_view take_level(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return level;
}

bool is_topic_text(std::string_view text) {
  if (text.empty() || text.size() > kMaxTopicBytes || !is_utf8(as_bytes(text))) return false;
  if (std::count(text.begin(), text.end(), '/') >= static_cast<long>(kMaxTopicLevels)) return false;
  // MQTT 5.0 §1.5.4: U+0000 MUST NOT, U+0001–U+001F and U+007F SHOULD NOT appear; mosquitto
  // closes the connection for all of them, so they are refused here.
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F;
  });
}

// §4.7.2: a wildcard at the beginning does not reach what begins with '$'.
bool is_hidden_from(std::string_view text, std::string_view filter) {
  return text.starts_with('$') && (filter.starts_with('+') || filter.starts_with('#'));
}

}  // namespace

bool is_topic_name(std::string_view name) {
  return is_topic_text(name) && name.find_first_of("+#") == std::string_view::npos;
}

bool is_topic_filter(std::string_view filter) {
  if (!is_topic_text(filter)) return false;
  for (std::string_view rest = filter; rest.data() != nullptr;) {
    const std::string_view level = take_level(rest);
    if (level == "#") return rest.data() == nullptr;
    if (level != "+" && level.find_first_of("+#") != std::string_view::npos) return false;
  }
  return true;
}

bool topic_matches(std::string_view filter, std::string_view name) {
  if (is_hidden_from(name, filter)) return false;
  while (filter.data() != nullptr) {
    const std::string_view want = take_level(filter);
    if (want == "#") return true;  // also when the name ended at the parent: "a/#" matches "a"
    if (name.data() == nullptr) return false;
    const std::string_view have = take_level(name);
    if (want != "+" && want != have) return false;
  }
  return name.data() == nullptr;
}

bool filters_overlap(std::string_view a, std::string_view b) {
  if (is_hidden_from(a, b) || is_hidden_from(b, a)) return false;
  while (a.data() != nullptr && b.data() != nullptr) {
    const std::string_view one = take_level(a);
    const std::string_view two = take_level(b);
    if (one == "#" || two == "#") return true;
    if (one != "+" && two != "+" && one != two) return false;
  }
  return (a.data() == nullptr && (b.data() == nullptr || b == "#")) ||
         (b.data() == nullptr && a == "#");
}

}  // namespace wsrelay
