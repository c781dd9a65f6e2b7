// What to say about a key that is no setting where it stands: a slip of the keyboard, another name
// for it, or the right name in the wrong place. Knows the whole table of settings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/document.hpp"

namespace wsrelay::config {

/// `at`: the group in which it stands, as in "instances.ticker"; `known`: what is known there.
std::string hint_for_unknown(std::string_view at, const Node& key, const Node& value,
                             const std::vector<std::string_view>& known);

}  // namespace wsrelay::config
