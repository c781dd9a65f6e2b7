// One setting as the manual shows it, as a plain value: what fields.cpp declares, made readable for
// those who print it (reference). Knows neither the structs of the configuration nor YAML nodes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::config {

/// What a reload does with a changed value.
enum class Reload : std::uint8_t {
  Live,       // taken over at once, connections stay
  Reconnect,  // that one connection is made anew
  Restart,    // only at the next start
};
std::string_view name_of(Reload reload);

struct Outline {
  enum class Shape : std::uint8_t {
    Leaf,   // one value
    Group,  // named settings, `children`
    Map,    // names of the operator's choice, each a group of `children`
    Named,  // names of the operator's choice, each one value; described like a Leaf
    List,   // a sequence of groups of `children`
  };
  Shape shape = Shape::Leaf;
  std::string name = {};
  std::string sentence = {};
  Reload reload = Reload::Live;
  bool required = false;
  std::string since = {};    // the version that brought it; empty: as what it stands in
  std::string words = {};    // Leaf: what may be written, "a time span from 1s to 1h"
  std::string initial = {};  // Leaf, List: the default as it would be written; empty: none
  std::string example = {};  // in place of a default in the commented file
  std::string schema = {};   // Leaf, Named: a JSON Schema object. Map: that of the names
  bool any_case = false;     // Named: names that differ in case only are the same
  // A Group with `words` may also be written as one word; `initial` and `schema` are that word's.
  std::vector<Outline> children = {};

  /// Described as one value.
  bool is_leaf() const { return shape == Shape::Leaf || shape == Shape::Named; }
};

}  // namespace wsrelay::config
