#include "config/dump.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/url.hpp"
#include "base/utf8.hpp"
#include "config/fields.hpp"
#include "config/yaml_scalar.hpp"

namespace wsrelay::config {
namespace {

using Kind = Node::Kind;
using Shape = Outline::Shape;

constexpr std::size_t kFurthest = 56;  // characters; origins stand behind the longest such line
constexpr std::string_view kHidden = "[hidden]";  // a list: refused wherever a secret is wanted

/// For a comment: one line, whatever a file is called.
std::string in_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return text;
}

bool is_reference(const Node& node) {
  if (!node.is(Kind::Map) || node.entries() != 1 || !node.value(0).is(Kind::Scalar)) return false;
  const std::string& key = node.key(0).text;
  return key == "credential" || key == "file" || key == "env";
}

const Outline* child_of(const Outline* group, std::string_view name) {
  if (group == nullptr) return nullptr;
  for (const Outline& child : group->children)
    if (child.name == name) return &child;
  return nullptr;
}

/// The entries of a map in the order in which they are shown: settings as in the table, names
/// sorted. The order of headers is that on the wire, and stays.
std::vector<std::size_t> order_of(const Node& map, const Outline* outline) {
  std::vector<std::size_t> order(map.entries());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (outline != nullptr && outline->name == "headers") return order;
  const bool names =
      outline == nullptr || outline->shape == Shape::Map || outline->children.empty();
  const auto rank = [&](std::size_t i) {
    if (names) return std::size_t{0};
    const Outline* child = child_of(outline, map.key(i).text);
    return child == nullptr ? outline->children.size()
                            : static_cast<std::size_t>(child - outline->children.data());
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(rank(a), map.key(a).text) < std::pair(rank(b), map.key(b).text);
  });
  return order;
}

class Dump {
 public:
  explicit Dump(const Written& written) : written_(written) {}

  void group(const Node& map, const Outline* outline, std::size_t indent);
  std::string take() const;

 private:
  struct Line {
    std::string text;
    std::string origin;  // empty: none
  };

  /// What stands behind `head`: "url:", or nothing for an item of a list.
  void value(std::string head, const Node& node, const Outline* outline, std::size_t indent);
  void items(const Node& list, const Outline* outline, std::size_t indent);
  void line(std::string text, const Node& origin);
  std::string shown(const Node& scalar, const Outline* outline, Amid amid = Amid::Block);
  std::string origin_of(const Node& node) const;

  const Written& written_;
  const Outline instance_ = instance().outline({});
  std::vector<Line> lines_;
  bool hides_ = false;
};

std::string Dump::origin_of(const Node& node) const {
  const std::string& file = written_.files.at(node.place.file);
  return in_one_line(fmt::format("{}:{}:{}", file, node.place.line, node.place.column));
}

void Dump::line(std::string text, const Node& origin) {
  lines_.push_back({std::move(text), origin_of(origin)});
}

std::string Dump::shown(const Node& scalar, const Outline* outline, Amid amid) {
  if (!written_.hides(scalar)) return yaml_scalar(scalar.text, scalar.quoted, amid);
  hides_ = true;
  if (outline != nullptr && outline->name == "url") {
    const auto url =
        parse_url(scalar.text, {"ws", "wss", "mqtt", "mqtts", "http", "socks5", "unix"});
    if (url) return yaml_scalar(url->redacted(), true, amid);
  }
  return std::string(kHidden);
}

void Dump::value(std::string head, const Node& node, const Outline* outline, std::size_t indent) {
  const std::string start = head.empty() || head.back() == ' ' ? head : head + ' ';
  switch (node.kind) {
    case Kind::Scalar:
      return line(start + shown(node, outline), node);
    case Kind::Null:
    case Kind::Refused:
      return line(start + "{}", node);
    case Kind::Sequence:
      if (node.children.empty()) return line(start + "[]", node);
      if (!head.empty() && head.back() == ':') lines_.push_back({std::move(head), {}});
      return items(node, outline, indent);
    case Kind::Map:
      break;
  }
  if (node.entries() == 0) return line(start + "{}", node);
  if (is_reference(node))
    return line(fmt::format("{}{{{}: {}}}", start, node.key(0).text,
                            shown(node.value(0), nullptr, Amid::Flow)),
                node);
  if (!head.empty() && head.back() == ':') lines_.push_back({std::move(head), {}});
  group(node, outline, indent);
}

void Dump::group(const Node& map, const Outline* outline, std::size_t indent) {
  for (const std::size_t i : order_of(map, outline)) {
    const Node& key = map.key(i);
    if (map.value(i).is(Kind::Null)) continue;  // an empty group says nothing
    const std::size_t first = lines_.size();
    const bool is_instance = outline != nullptr && outline->shape == Shape::Map;
    const Outline* inside = is_instance ? &instance_ : child_of(outline, key.text);
    value(std::string(indent, ' ') + yaml_scalar(key.text, key.quoted) + ':', map.value(i), inside,
          indent + 2);
    if (is_instance && key.generated && lines_[first].origin.empty())
      lines_[first].origin = origin_of(key) + ", for_each";
  }
}

void Dump::items(const Node& list, const Outline* outline, std::size_t indent) {
  for (const Node& item : list.children) {
    const std::size_t first = lines_.size();
    value(std::string(indent + 2, ' '), item, outline, indent + 2);
    if (lines_.size() > first) lines_[first].text[indent] = '-';
  }
}

std::string Dump::take() const {
  std::size_t column = 0;
  for (const Line& each : lines_)
    if (const std::size_t width = characters(each.text); !each.origin.empty() && width <= kFurthest)
      column = std::max(column, width);
  std::string text =
      "# The configuration of wsrelayd, put together of these files; the later ones count more.\n# "
      "Behind each value: where it stands.\n";
  for (const std::string& file : written_.files)
    text += in_one_line(fmt::format("#   {}", file)) + '\n';
  if (hides_) text += "# Secrets are hidden, so this cannot be loaded as it stands.\n";
  for (const Line& each : lines_) {
    text += each.text;
    if (!each.origin.empty()) {
      const std::size_t width = characters(each.text);
      text.append(width < column ? column - width : 0, ' ').append("  # ").append(each.origin);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

std::string dump(const Loaded& loaded) {
  const Outline outline = configuration().outline(Config{});
  Dump dump(loaded.written);
  if (loaded.written.tree.is(Kind::Map)) dump.group(loaded.written.tree, &outline, 0);
  return dump.take();
}

}  // namespace wsrelay::config
