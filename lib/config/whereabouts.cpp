#include "config/whereabouts.hpp"

#include <charconv>
#include <set>

#include <fmt/format.h>

namespace wsrelay::config {
namespace {

/// "publish.0.topic" → "publish[0].topic", as problems are written.
std::string spelled(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::string_view step = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    if (step.find_first_not_of("0123456789") == std::string_view::npos)
      out += fmt::format("[{}]", step);
    else
      out += fmt::format("{}{}", out.empty() ? "" : ".", step);
  }
  return out;
}

}  // namespace

const Node* descend(const Node* node, std::string_view path) {
  while (node != nullptr && !path.empty()) {
    const std::string_view step = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    if (!node->is(Node::Kind::Sequence)) {
      node = node->find(step);
      continue;
    }
    std::size_t index = node->children.size();  // a name leads nowhere in a list
    std::from_chars(step.data(), step.data() + step.size(), index);
    node = index < node->children.size() ? &node->children[index] : nullptr;
  }
  return node;
}

Whereabouts::Whereabouts(const Node& root, std::size_t index)
    : name_(root.find("instances")->key(index)),
      own_(root.find("instances")->value(index)),
      defaults_(root.find("defaults")) {}

Spot Whereabouts::find(std::string_view path) const {
  const std::string key = spelled(path);
  const std::string own_key = fmt::format("instances.{}.{}", name_.text, key);
  if (const Node* node = descend(&own_, path)) return {node, own_key};
  if (const Node* node = descend(defaults_, path)) return {node, fmt::format("defaults.{}", key)};
  return {&name_, own_key};
}

bool Whereabouts::says(std::string_view path) const {
  return descend(&own_, path) != nullptr;
}

void for_each_instance(const Config& config, const Node& root,
                       const std::function<void(std::size_t index, const Instance&)>& each) {
  const Node* all = root.find("instances");
  if (all == nullptr || !all->is(Node::Kind::Map)) return;
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < all->entries(); ++i) {
    const auto found = config.instances.find(all->key(i).text);
    if (found == config.instances.end() || !all->key(i).is(Node::Kind::Scalar)) continue;
    if (seen.insert(all->key(i).text).second) each(i, found->second);
  }
}

}  // namespace wsrelay::config
