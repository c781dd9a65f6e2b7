// What was probably meant by a value that cannot be taken: hints, never decisions. Each is empty
// where nothing comes to mind. None repeats the value itself, unless it is a number or a name.
#pragma once

#include <string>
#include <string_view>

#include "config/document.hpp"

namespace wsrelay::config {

std::string hint_for_group(const Node& node);               // where a group of settings belongs
std::string hint_for_text(std::string_view text);           // “quotes”, invisible characters
std::string hint_for_number(std::string_view text);         // 10_000, 0x10, 1e3, 10k
std::string hint_for_span(std::string_view text);           // 0.5s, 1 minute
std::string hint_for_size(std::string_view text);           // 1.5MiB, 64kib
std::string hint_for_name(std::string_view text);           // my daemon
std::string hint_for_characters(std::string_view address);  // blanks and such in a URL

/// With what nobody can see spelled out: "hall<U+00A0>".
std::string visible(std::string_view text);

}  // namespace wsrelay::config
