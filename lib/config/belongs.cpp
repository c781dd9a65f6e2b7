#include "config/belongs.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "config/fields.hpp"
#include "config/slips.hpp"
#include "config/suggest.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kInstance = "instances.NAME";
constexpr std::size_t kLongestKey = 128;

struct Setting {
  std::string group;
  std::string name;
};
using Settings = std::multimap<std::string, Setting, std::less<>>;

std::string joined(std::string_view group, std::string_view name) {
  return fmt::format("{}{}{}", group, group.empty() ? "" : ".", name);
}

/// Without what a keyboard or another program's habit puts in: "Max-Message", "maxMessage".
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.')
      out += c;
  }
  return out;
}

void collect(const Outline& group, const std::string& path, Settings& settings) {
  for (const Outline& each : group.children) {
    if (each.name == "defaults" && path.empty()) continue;  // an instance's, once more
    settings.emplace(folded(each.name), Setting{path, each.name});
    collect(each,
            each.shape == Outline::Shape::Map ? std::string(kInstance) : joined(path, each.name),
            settings);
  }
}

/// All of the table, by folded name.
const Settings& all_settings() {
  static const Settings settings = [] {
    Settings found;
    collect(configuration().outline(Config{}), {}, found);
    return found;
  }();
  return settings;
}

bool is_setting(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  const std::string_view group = dot == std::string_view::npos ? "" : path.substr(0, dot);
  const auto [begin, end] = all_settings().equal_range(folded(path.substr(dot + 1)));
  return std::any_of(begin, end, [&](const auto& each) {
    return joined(each.second.group, each.second.name) == joined(group, path.substr(dot + 1));
  });
}

/// "instances.ticker.publish[0]" and "defaults.publish[0]" → "instances.NAME.publish".
std::string group_at(std::string_view at) {
  std::string path;
  for (bool inside = false; const char c : at) {
    if (c == '[') inside = true;
    if (!inside) path += c;
    if (c == ']') inside = false;
  }
  const std::string_view first = std::string_view(path).substr(0, path.find('.'));
  if (first == "defaults") return path.replace(0, first.size(), kInstance);
  if (first != "instances" || first.size() == path.size()) return path;
  const std::size_t end = path.find('.', first.size() + 1);
  return path.replace(0, std::min(end, path.size()), kInstance);
}

/// What others call it. `group`: where it is looked for; "" at the top.
struct Habit {
  std::string_view group;
  std::string_view written;
  std::string_view hint;
};
constexpr Habit kHabits[] = {
    {"", "broker", "did you mean 'mqtt'?"},
    {"", "connections", "did you mean 'instances'?"},
    {"", "websockets", "did you mean 'instances'?"},
    {"", "loglevel", "write log: {level: …}"},
    {"mqtt", "host", "host and port are part of url: mqtt://HOST:PORT"},
    {"mqtt", "port", "host and port are part of url: mqtt://HOST:PORT"},
    {"mqtt", "server", "did you mean 'url'?"},
    {"mqtt", "broker", "did you mean 'url'?"},
    {"mqtt", "ssl", "did you mean 'tls'?"},
    {"mqtt", "prefix", "did you mean 'base_topic'?"},
    {"mqtt", "topic", "did you mean 'base_topic'?"},
    {"mqtt", "topicprefix", "did you mean 'base_topic'?"},
    {"mqtt", "qos", "each rule below publish and deliver has its own"},
    {"mqtt", "retain", "each rule below publish has its own"},
    {kInstance, "host", "host, port and path are part of url: wss://HOST:PORT/PATH"},
    {kInstance, "port", "host, port and path are part of url: wss://HOST:PORT/PATH"},
    {kInstance, "path", "host, port and path are part of url: wss://HOST:PORT/PATH"},
    {kInstance, "uri", "did you mean 'url'?"},
    {kInstance, "address", "did you mean 'url'?"},
    {kInstance, "ssl", "did you mean 'tls'?"},
    {kInstance, "compression", "did you mean 'deflate'?"},
    {kInstance, "subscribe", "did you mean 'deliver'?"},
    {kInstance, "subscriptions", "did you mean 'deliver'?"},
    {kInstance, "protocol", "did you mean 'subprotocols'?"},
    {kInstance, "protocols", "did you mean 'subprotocols'?"},
    {kInstance, "disabled", "did you mean 'enabled'?"},
    {kInstance, "origin", "write headers: {Origin: …}"},
    {kInstance, "cookie", "write headers: {Cookie: …}"},
    {kInstance, "authorization", "write headers: {Authorization: …}"},
    {kInstance, "username", "write auth: {basic: {user: …, password: …}}"},
    {kInstance, "user", "write auth: {basic: {user: …, password: …}}"},
    {kInstance, "password", "write auth: {basic: {user: …, password: …}}"},
    {kInstance, "heartbeat", "did you mean liveness: {ping: …}?"},
    {kInstance, "keepalive", "did you mean liveness: {ping: …}, or tcp: {keepalive: …}?"},
    {kInstance, "pinginterval", "write liveness: {ping: {interval: …}}"},
    {kInstance, "retry", "did you mean 'reconnect'?"},
    {kInstance, "insecure", "did you mean tls: {verify: none}?"},
};

std::optional<std::string> other_name(std::string_view group, std::string_view word) {
  for (const Habit& habit : kHabits)
    if (habit.group == group && habit.written == word) return std::string(habit.hint);
  return std::nullopt;
}

/// "liveness.ping.interval" as a file has it.
std::string in_groups(std::string_view path) {
  const std::size_t dot = path.find('.');
  if (dot == std::string_view::npos) return fmt::format("{}: …", path);
  return fmt::format("{}: {{{}}}", path.substr(0, dot), in_groups(path.substr(dot + 1)));
}

std::size_t depth_of(std::string_view group) {
  if (group.starts_with(kInstance)) group.remove_prefix(kInstance.size());
  return static_cast<std::size_t>(std::count(group.begin(), group.end(), '.'));
}

/// The settings of that name, those that stand least deep; only such below `group` if there are.
std::vector<Setting> named(std::string_view word, const std::string& group, bool& is_below) {
  std::vector<Setting> found;
  const auto [begin, end] = all_settings().equal_range(word);
  for (auto each = begin; each != end; ++each) found.push_back(each->second);
  const std::string below = group + ".";
  const auto outside = [&](const Setting& each) { return !each.group.starts_with(below); };
  is_below = !group.empty() && !std::all_of(found.begin(), found.end(), outside);
  if (is_below) std::erase_if(found, outside);
  std::size_t least = std::string::npos;
  for (const Setting& each : found) least = std::min(least, depth_of(each.group));
  std::erase_if(found, [&](const Setting& each) { return depth_of(each.group) > least; });
  if (is_below)
    for (Setting& each : found) each.group.erase(0, below.size());
  return found;
}

std::string where_to(const std::vector<Setting>& settings) {
  if (settings.front().group.empty())
    return fmt::format("'{}' stands at the top, not indented", settings.front().name);
  std::string list;
  for (const Setting& each : settings)
    list += fmt::format("{}{}", list.empty() ? "" : " or ", each.group);
  return fmt::format("'{}' belongs below {}", settings.front().name, list);
}

bool looks_like_instance(const Node& value) {
  return value.find("url") != nullptr;
}

}  // namespace

std::string hint_for_unknown(std::string_view at, const Node& key, const Node& value,
                             const std::vector<std::string_view>& known) {
  const std::string group = group_at(at);
  if (std::string slip = hint_for_text(key.text); !slip.empty()) return slip;
  if (key.text.size() <= kLongestKey) {
    const std::string word = folded(key.text);
    for (const std::string_view name : known)
      if (!word.empty() && folded(name) == word) return fmt::format("did you mean '{}'?", name);
    if (word.find('.') != std::string::npos && is_setting(joined(group, key.text)))
      return fmt::format("write {}", in_groups(key.text));
    if (auto hint = other_name(group, word)) return *hint;
    if (group.empty() && looks_like_instance(value)) return "an instance stands below instances:";
    bool is_below = false;
    const std::vector<Setting> others = named(word, group, is_below);
    if (is_below) return where_to(others);
    if (const auto meant = nearest(key.text, known))
      return fmt::format("did you mean '{}'?", *meant);
    if (!others.empty()) return where_to(others);
  }
  return fmt::format("known here: {}", fmt::join(known, ", "));
}

}  // namespace wsrelay::config
