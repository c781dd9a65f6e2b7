// One value as YAML writes it: plain where every reader would take it for the same text, else in
// single quotes, and in double quotes where it holds what must be escaped (line ends, and whatever
// moves a terminal's cursor). The reading back is document.hpp's.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::config {

enum class Amid : unsigned char { Block, Flow };  // inside {…} and […] commas and brackets count

/// `is_text`: it was meant as a text, so what looks like a number or a truth value gets quotes.
std::string yaml_scalar(std::string_view text, bool is_text, Amid amid = Amid::Block);

}  // namespace wsrelay::config
