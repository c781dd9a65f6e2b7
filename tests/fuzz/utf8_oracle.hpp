// UTF-8 a second time, by the table of RFC 3629 §3: decode a whole character, then ask whether it
// needed as many bytes and may exist. At leisure and in one piece.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace wsrelay::fuzz {

/// The number of bytes of the character at the front, 0 if there is no whole and good one.
inline std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::size_t length = at(0) < 0x80             ? 1
                             : (at(0) & 0xE0) == 0xC0 ? 2
                             : (at(0) & 0xF0) == 0xE0 ? 3
                             : (at(0) & 0xF8) == 0xF0 ? 4
                                                      : 0;
  if (length == 0 || text.size() < length) return 0;
  unsigned point = length == 1 ? at(0) : at(0) & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (at(i) & 0x3FU);
  }
  constexpr std::array kLeast{0U, 0U, 0x80U, 0x800U, 0x10000U};
  const bool exists = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
  return exists && point >= kLeast[length] ? length : 0;
}

inline std::string_view after_good_characters(std::string_view text) {
  while (!text.empty() && character(text) != 0) text.remove_prefix(character(text));
  return text;
}

inline bool is_whole_utf8(std::string_view text) {
  return after_good_characters(text).empty();
}

/// Can bytes be added that make it UTF-8? Tried with the least of each range that there is.
inline bool could_become_utf8(std::string_view text, int more = 3) {
  const std::string rest(after_good_characters(text));
  if (rest.empty()) return true;
  if (more == 0 || rest.size() > 3) return false;
  for (const char next : {'\x80', '\x90', '\xA0'})
    if (could_become_utf8(rest + next, more - 1)) return true;
  return false;
}

}  // namespace wsrelay::fuzz
