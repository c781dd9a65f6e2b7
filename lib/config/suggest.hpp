// "Did you mean …?": the nearest of some known words, if one is near enough to be a slip of the
// hand.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace wsrelay::config {

/// The fewest insertions, removals, changes and swaps of neighbours that make one word the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

}  // namespace wsrelay::config
