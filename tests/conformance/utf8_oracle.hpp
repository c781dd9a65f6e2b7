// What UTF-8 is (RFC 3629 §3), asked in another way than lib/base does: is there any character
// whose encoding the bytes so far could be the beginning of? Slow and obvious.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace wsrelay::conformance {

/// The encoding of a code point by the bit patterns of the RFC's table; also of what is none.
std::string encoded(std::uint32_t code);

struct TextVerdict {
  std::size_t impossible_at = std::string_view::npos;  // the first byte that nothing can save
  bool complete = false;                               // the text may end here

  bool valid() const { return impossible_at == std::string_view::npos && complete; }
};
TextVerdict judge_text(std::string_view bytes);

}  // namespace wsrelay::conformance
