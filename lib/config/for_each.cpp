#include "config/for_each.hpp"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "config/each_item.hpp"
#include "config/merge.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kForEach = "for_each";

bool is_block(const Node& name, const Node& body) {
  return name.is(Node::Kind::Scalar) && (has_each(name.text) || body.find(kForEach) != nullptr);
}

std::size_t nodes_in(const Node& node) {
  std::size_t count = 1;
  for (const Node& child : node.children) count += nodes_in(child);
  return count;
}

class Expansion {
 public:
  explicit Expansion(Reading& reading) : reading_(reading) {}

  /// The copies, by name. What is wrong with the block is said.
  Node run(Node& instances) {
    Node copies{.kind = Node::Kind::Map, .place = instances.place, .end = instances.end};
    std::vector<Node> rest;
    for (std::size_t i = 0; i < instances.entries(); ++i) {
      Node& name = instances.children[2 * i];
      Node& body = instances.children[2 * i + 1];
      if (is_block(name, body)) {
        const Reading::At at(reading_, name.text);
        copy(name, body, copies);
      } else {
        rest.push_back(std::move(name));
        rest.push_back(std::move(body));
      }
    }
    instances.children = std::move(rest);
    return copies;
  }

 private:
  void copy(const Node& name, Node& body, Node& copies) {
    const Node* list = body.find(kForEach);
    if (list == nullptr)
      return reading_.problem(name, "{{each}} stands for the items of for_each, and there is none",
                              "add for_each, for instance for_each: 1..40");
    if (!has_each(name.text))
      return reading_.problem(name,
                              "for_each needs {{each}} in the name, or all would have one name",
                              fmt::format("write {}-{{{{each}}}}", name.text));
    std::vector<EachItem> items;
    {
      const Reading::At at(reading_, kForEach);
      items = read_each_items(*list, reading_);
    }
    const std::size_t size = nodes_in(body);
    if (items.size() * size > kMaxNodes - made_)
      return reading_.problem(*list, fmt::format("makes more than {} values", kMaxNodes),
                              "split the instances over several daemons");
    made_ += items.size() * size;
    const Node pattern = without_list(body);
    for (const EachItem& item : items) {
      Node own_name = name;
      Node own_body = pattern;
      fill(own_name, item);
      if (!names_.insert(own_name.text).second) {
        reading_.problem(*list, fmt::format("'{}' is made twice", own_name.text),
                         "each item must give a name of its own");
        return;
      }
      fill(own_body, item);
      copies.children.push_back(std::move(own_name));
      copies.children.push_back(std::move(own_body));
    }
  }

  static Node without_list(const Node& body) {
    Node pattern = body;
    for (std::size_t i = pattern.entries(); i-- > 0;)
      if (pattern.key(i).text == kForEach)
        pattern.children.erase(pattern.children.begin() + static_cast<std::ptrdiff_t>(2 * i),
                               pattern.children.begin() + static_cast<std::ptrdiff_t>(2 * i + 2));
    return pattern;
  }

  void fill(Node& node, const EachItem& item) {
    node.generated = true;
    if (node.is(Node::Kind::Scalar) && has_each(node.text)) {
      const std::string before = node.text;
      if (auto objection = fill_in(node.text, item))
        reading_.problem(node, std::move(objection->what), std::move(objection->hint));
      // YAML needs the quotes around {{each}}; they do not make a text of a number.
      if (before.starts_with("{{") && before.find("}}") == before.size() - 2) node.quoted = false;
    }
    for (Node& child : node.children) fill(child, item);
  }

  Reading& reading_;
  std::unordered_set<std::string> names_;
  std::size_t made_ = 0;
};

Node* find_instances(Node& root) {
  if (!root.is(Node::Kind::Map)) return nullptr;
  for (std::size_t i = 0; i < root.entries(); ++i)
    if (root.key(i).is(Node::Kind::Scalar) && root.key(i).text == "instances")
      return root.value(i).is(Node::Kind::Map) ? &root.children[2 * i + 1] : nullptr;
  return nullptr;
}

}  // namespace

void expand_for_each(Node& root, const Outline& instances, Reading& reading) {
  Node* const written = find_instances(root);
  if (written == nullptr) return;
  bool any = false;
  for (std::size_t i = 0; i < written->entries(); ++i)
    any = any || is_block(written->key(i), written->value(i));
  if (!any) return;
  const Reading::At at(reading, "instances");
  Node copies = Expansion(reading).run(*written);
  std::vector<Node> layers;
  layers.push_back(std::move(copies));
  layers.push_back(std::move(*written));
  // Not hidden: the place of what one copy does without is that of all the others, too.
  *written = merge(std::move(layers), instances, [](const Node&) {});
}

void ForEach::read(const Node& node, Instance&, Reading& reading) const {
  reading.problem(node, "belongs to one block of instances",
                  "move it below instances, to a name with {{each}}");
}

Outline ForEach::outline(const Instance&) const {
  constexpr std::string_view kItem =
      R"({"anyOf":[{"type":["string","integer"]},{"type":"object","additionalProperties":)"
      R"({"type":["string","integer","boolean","number"]}}]})";
  return {
      .words = "a range like 1..40, or a list of words, ranges or groups of words",
      .schema = fmt::format(R"({{"anyOf":[{{"type":"string","pattern":"^[0-9]+\\.\\.[0-9]+$"}},)"
                            R"({{"type":"array","minItems":1,"items":{}}}]}})",
                            kItem)};
}

}  // namespace wsrelay::config
