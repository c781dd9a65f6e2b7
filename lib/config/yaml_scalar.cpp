#include "config/yaml_scalar.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wsrelay::config {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// How many bytes of a character that is escaped begin `text`; 0: none. Besides the ASCII ones: the
/// C1 controls, the line ends of Unicode, and the byte order mark.
std::size_t escaped_length(std::string_view text) {
  if (text.empty()) return 0;
  if (is_control(text.front())) return 1;
  const bool c1 =
      text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
  if (c1) return 2;
  for (const std::string_view each : {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF"})
    if (text.starts_with(each)) return each.size();
  return 0;
}

bool needs_escapes(std::string_view text) {
  for (; !text.empty(); text.remove_prefix(1))
    if (escaped_length(text) > 0) return true;
  return false;
}

/// The code point of a character of one to three bytes.
unsigned code_point(std::string_view bytes) {
  const auto low = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]) & 0x3FU; };
  const unsigned first = static_cast<unsigned char>(bytes[0]);
  if (bytes.size() == 1) return first;
  if (bytes.size() == 2) return (first & 0x1FU) << 6 | low(1);
  return (first & 0x0FU) << 12 | low(1) << 6 | low(2);
}

std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t escaped = escaped_length(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(escaped, 1));
    text.remove_prefix(bytes.size());
    if (bytes == "\n")
      out += "\\n";
    else if (bytes == "\t")
      out += "\\t";
    else if (escaped > 0)
      out += fmt::format("\\u{:04X}", code_point(bytes));
    else if (bytes == "\"" || bytes == "\\")
      out.append("\\").append(bytes);
    else
      out += bytes;
  }
  return out + '"';
}

std::string single_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

/// What some reader of YAML takes for null, a truth value or a number.
bool looks_special(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::array<std::string_view, 13> kWords{
      "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan", "<<"};
  if (std::find(kWords.begin(), kWords.end(), lower) != kWords.end()) return true;
  const std::size_t digit = lower.find_first_not_of("+-.");
  return digit != std::string::npos && lower[digit] >= '0' && lower[digit] <= '9' &&
         lower.find_first_not_of("0123456789abcdefox+-._:t") == std::string::npos;
}

bool may_stand_plain(std::string_view text, Amid amid) {
  if (text.empty() || text.front() == ' ' || text.back() == ' ' || text.back() == ':') return false;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@`=.").find(text.front()) != std::string_view::npos)
    return false;
  if (text.find(": ") != std::string_view::npos || text.find(" #") != std::string_view::npos)
    return false;
  return amid == Amid::Block || text.find_first_of(",[]{}:#") == std::string_view::npos;
}

}  // namespace

std::string yaml_scalar(std::string_view text, bool is_text, Amid amid) {
  if (needs_escapes(text)) return double_quoted(text);
  const bool plain = may_stand_plain(text, amid) && !(is_text && looks_special(text));
  return plain ? std::string(text) : single_quoted(text);
}

}  // namespace wsrelay::config
