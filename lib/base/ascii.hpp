// Letters as protocols compare them: only A to Z have a lower case, in every locale.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

}  // namespace wsrelay
