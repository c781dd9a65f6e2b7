// What `for_each` goes through: 1..40, a list of words and ranges, or a list of groups of words;
// and how one item is put into a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"
#include "config/objection.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

struct EachItem {
  struct Value {
    std::string key;  // empty: the item itself
    std::string text;
  };
  std::vector<Value> values;
};

/// Says what is wrong with the list; what could be read is returned.
std::vector<EachItem> read_each_items(const Node& list, Reading& reading);

/// Whether the text has a place for an item.
bool has_each(std::string_view text);
/// Fills in every {{each}} and {{each.KEY}}, or says why that cannot be.
std::optional<Objection> fill_in(std::string& text, const EachItem& item);

}  // namespace wsrelay::config
