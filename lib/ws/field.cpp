#include "ws/field.hpp"

#include <algorithm>

#include "ws/session.hpp"

namespace wsrelay::ws {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

constexpr bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

constexpr bool is_value_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7F);
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool list_contains(std::string_view list, std::string_view word) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (same_word(trimmed(list.substr(0, comma)), word)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kSec = "Sec-WebSocket-";
  if (!is_token(name) || same_word(name.substr(0, kSec.size()), kSec)) return false;
  // Fields that frame a message or change how the connection is read would desynchronise us.
  for (const std::string_view own :
       {"Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding"})
    if (same_word(name, own)) return false;
  return true;
}

bool is_header_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), is_value_char);
}

bool is_subprotocol(std::string_view name) {
  return is_token(name);
}

}  // namespace wsrelay::ws
