#include "route/matcher.hpp"

#include <algorithm>

namespace wsrelay::route {

struct Matcher::Node {
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::unique_ptr<Node>, Hash, std::equal_to<>>
      children;                      // "+" too
  std::vector<std::uint32_t> here;   // filters that end at this level
  std::vector<std::uint32_t> below;  // filters that end in '#' here

  bool empty() const { return children.empty() && here.empty() && below.empty(); }

  static void append(std::vector<std::uint32_t>& to, const std::vector<std::uint32_t>& from) {
    to.insert(to.end(), from.begin(), from.end());
  }
  static std::string_view front(std::string_view path) { return path.substr(0, path.find('/')); }
  static bool is_last(std::string_view path) { return path.find('/') == std::string_view::npos; }
  static std::string_view rest(std::string_view path) { return path.substr(path.find('/') + 1); }

  void add(std::string_view filter, std::uint32_t number) {
    if (filter == "#") return below.push_back(number);
    auto& child = children[std::string(front(filter))];
    if (child == nullptr) child = std::make_unique<Node>();
    if (is_last(filter))
      child->here.push_back(number);
    else
      child->add(rest(filter), number);
  }

  void remove(std::string_view filter, std::uint32_t number) {
    if (filter == "#") {
      std::erase(below, number);
      return;
    }
    const auto child = children.find(front(filter));
    if (child == children.end()) return;
    if (is_last(filter))
      std::erase(child->second->here, number);
    else
      child->second->remove(rest(filter), number);
    if (child->second->empty()) children.erase(child);
  }

  void match(std::string_view topic, bool first, std::vector<std::uint32_t>& found) const {
    // §4.7.2: a leading wildcard does not match topics that begin with '$'.
    const bool hidden = first && topic.starts_with('$');
    if (!hidden) append(found, below);
    const auto descend = [&](std::string_view level) {
      const auto child = children.find(level);
      if (child == children.end()) return;
      if (!is_last(topic)) return child->second->match(rest(topic), false, found);
      append(found, child->second->here);
      append(found, child->second->below);  // "a/#" also matches "a"
    };
    descend(front(topic));
    if (!hidden && front(topic) != "+") descend("+");
  }
};

Matcher::Matcher() : root_(std::make_unique<Node>()) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::add(std::string_view filter, std::uint32_t number) {
  root_->add(filter, number);
}
void Matcher::remove(std::string_view filter, std::uint32_t number) {
  root_->remove(filter, number);
}
void Matcher::match(std::string_view topic, std::vector<std::uint32_t>& found) const {
  root_->match(topic, true, found);
}

}  // namespace wsrelay::route
