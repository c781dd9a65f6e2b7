// Many like instances from one block:
//
//   room-{{each}}:
//     for_each: 1..40
//     url: ws://room-{{each}}.local/ws
//
// The block is copied once for each item, {{each}} in its name and in its values replaced; an item
// that is a group gives {{each.KEY}}. What else says {{…}} stays for whom it is meant for. An entry
// with the name of a copy lies over it. Happens in the tree, before anything is read; knows no
// setting.
#pragma once

#include "config/comparison.hpp"
#include "config/config.hpp"
#include "config/document.hpp"
#include "config/outline.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

inline constexpr std::size_t kMostEach = 10'000;

/// `instances`: the outline of the map of instances, which the copies go into.
void expand_for_each(Node& root, const Outline& instances, Reading& reading);

/// The setting itself, for those who describe it. Read only where it does not belong.
struct ForEach {
  void read(const Node& node, Instance& value, Reading& reading) const;
  Outline outline(const Instance& initial) const;
  /// Nothing of it is left once the copies are made.
  void compare(const Instance&, const Instance&, Comparison&) const {}
};

}  // namespace wsrelay::config
