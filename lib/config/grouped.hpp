// Large numbers as people read them: in groups of three digits.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay::config {

/// "9 996"; `blank` is what stands between the groups.
inline std::string grouped(std::size_t number, std::string_view blank = " ") {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, blank);
  return digits;
}

}  // namespace wsrelay::config
