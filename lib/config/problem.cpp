#include "config/problem.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace wsrelay::config {
namespace {

constexpr std::size_t kWidth = 100;  // characters of the source line that are shown
constexpr std::size_t kBefore = 60;  // of these at most so many left of the caret

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

/// The byte at which character number `n` begins.
std::size_t byte_of(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (!continues(text[at]) && n-- == 0) break;
  return at;
}

// Anything that could move a terminal's cursor becomes one blank, so that the caret stays true.
std::string printable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string with_caret(std::string_view source, std::size_t column) {
  std::string line = printable(source);
  std::size_t caret =
      characters(std::string_view(line).substr(0, std::min(column - 1, line.size())));
  const std::size_t all = characters(line);
  if (all > kWidth) {
    const std::size_t first = caret > kBefore ? std::min(caret - kBefore, all - kWidth) : 0;
    const bool cut_end = first + kWidth < all;
    const std::size_t begin = byte_of(line, first);
    line = line.substr(begin, byte_of(line, first + kWidth) - begin);
    if (first > 0) line.insert(0, "…");
    if (cut_end) line += "…";
    caret = caret - first + (first > 0 ? 1 : 0);
  }
  return fmt::format("    {}\n    {:>{}}", line, "^", caret + 1);
}

}  // namespace

std::string Problem::text() const {
  std::string out = line == 0 ? fmt::format("{}: ", printable(file))
                              : fmt::format("{}:{}:{}: ", file, line, column);
  if (warning) out += "warning: ";
  if (!key.empty()) out += printable(key) + ": ";
  out += printable(what);
  if (!hint.empty()) out += " — " + printable(hint);
  if (!source.empty()) out += '\n' + with_caret(source, caret);
  return out;
}

}  // namespace wsrelay::config
