// One instance in plain sentences: where it connects and how, how it is kept, what goes where, and
// what is promised of it. Everything is said from the settings as they are, so it is true of this
// instance and no other; what a later version could do is not mentioned. No secret is in it:
// addresses are redacted, and of a secret only its place is named.
#pragma once

#include <string>

#include "config/config.hpp"

namespace wsrelay::config {

/// `name` is one of `config.instances`. Paragraphs under headings, at most 80 characters wide
/// where a word is not longer.
std::string explain(const Config& config, const std::string& name);

}  // namespace wsrelay::config
