// Why the YAML breaks off, in words for people: from where the library stopped and what it said to
// where the mistake is and how to mend it.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::config {

/// 1-based, the column in bytes.
struct Break {
  unsigned line;
  unsigned column;
  std::string what;
  std::string hint;
};

/// `message`: the library's own; it is passed on where nothing better is known.
Break explain_break(std::string_view text, unsigned line, unsigned column,
                    std::string_view message);

}  // namespace wsrelay::config
