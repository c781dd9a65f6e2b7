#include "config/merge.hpp"

#include <string>
#include <unordered_map>
#include <utility>

#include "base/ascii.hpp"

namespace wsrelay::config {
namespace {

using Shape = Outline::Shape;

/// What may be looked up: neither of what the document has refused.
bool is_name(const Node& key) {
  return key.is(Node::Kind::Scalar) && (key.quoted || key.text != "<<");
}

/// What the table knows about the keys of a map; a single value where it knows nothing.
class Below {
 public:
  explicit Below(const Outline& shape) : shape_(shape) {
    if (shape.shape != Shape::Map) return;
    each_ = shape;
    each_.shape = Shape::Group;
  }
  const Outline& of(const std::string& key) const {
    if (shape_.shape == Shape::Named) return value_;
    if (shape_.shape == Shape::Map) return each_;
    for (const Outline& child : shape_.children)
      if (child.name == key) return child;
    return value_;
  }

 private:
  const Outline& shape_;
  Outline each_ = {};
  Outline value_ = {};
};

class Merging {
 public:
  explicit Merging(const std::function<void(const Node&)>& replaced) : replaced_(replaced) {}

  Node merge(std::vector<Node> layers, const Outline& shape) {
    if (!merges(shape)) return last_of(std::move(layers));
    // A word in place of a group ("deflate: off") replaces what came before it, and is replaced.
    // An empty group says nothing.
    std::vector<Node> maps;
    Node rest = std::move(layers.front());
    for (std::size_t i = 0; i < layers.size(); ++i) {
      Node& layer = i == 0 ? rest : layers[i];
      if (layer.is(Node::Kind::Map)) {
        if (maps.empty() && i > 0) replaced_(rest);
        maps.push_back(std::move(layer));
      } else if (i > 0 && !layer.is(Node::Kind::Null)) {
        for (const Node& map : maps) replaced_(map);
        if (maps.empty()) replaced_(rest);
        maps.clear();
        rest = std::move(layer);
      }
    }
    if (maps.empty()) return rest;
    return maps.size() == 1 ? std::move(maps.front()) : merge_maps(std::move(maps), shape);
  }

 private:
  static bool merges(const Outline& shape) {
    return shape.shape == Shape::Group || shape.shape == Shape::Map || shape.shape == Shape::Named;
  }

  Node last_of(std::vector<Node> layers) {
    for (std::size_t i = 0; i + 1 < layers.size(); ++i) replaced_(layers[i]);
    return std::move(layers.back());
  }

  struct Entry {
    Node key;
    std::vector<Node> values;
    std::size_t layer;  // of the last value
  };

  Node merge_maps(std::vector<Node> maps, const Outline& shape) {
    std::vector<Entry> entries;
    std::unordered_map<std::string, std::size_t> numbers;
    for (std::size_t layer = 0; layer < maps.size(); ++layer) {
      Node& map = maps[layer];
      for (std::size_t i = 0; i < map.entries(); ++i) {
        Node& key = map.children[2 * i];
        Node& value = map.children[2 * i + 1];
        std::size_t number = entries.size();
        if (is_name(key)) number = numbers.emplace(name_of(key, shape), number).first->second;
        if (number == entries.size()) {
          entries.push_back({std::move(key), {}, layer});
        } else if (std::exchange(entries[number].layer, layer) == layer) {
          replaced_(value);  // twice in one file: the document has said so
          continue;
        }
        entries[number].values.push_back(std::move(value));
      }
    }
    Node whole = std::move(maps.front());
    whole.children.clear();
    const Below below(shape);
    for (Entry& each : entries) {
      const Outline& inner = below.of(each.key.text);
      whole.children.push_back(std::move(each.key));
      whole.children.push_back(each.values.size() == 1 ? std::move(each.values.front())
                                                       : merge(std::move(each.values), inner));
    }
    return whole;
  }

  static std::string name_of(const Node& key, const Outline& shape) {
    return shape.any_case ? ascii_lower(key.text) : key.text;
  }

  const std::function<void(const Node&)>& replaced_;
};

}  // namespace

Node merge(std::vector<Node> layers, const Outline& shape,
           const std::function<void(const Node&)>& replaced) {
  if (layers.empty()) return {};
  return Merging(replaced).merge(std::move(layers), shape);
}

}  // namespace wsrelay::config
