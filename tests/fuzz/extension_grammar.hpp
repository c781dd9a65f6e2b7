// The grammar of Sec-WebSocket-Extensions (RFC 6455 §9.1) read a second time, by another route than
// lib/ws: cut into lexemes first, then who may follow whom.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::fuzz {

inline constexpr std::string_view kBlanks = " \t";
inline constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={} \t";  // RFC 2616 §2.2

inline bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7F && kSeparators.find(c) == std::string_view::npos;
  });
}

// A list cut into its lexemes: words as they are, a quoted one as '"' and its content, separators
// as themselves; "?" for what is none of them.
inline std::vector<std::string> lexemes(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    if (kBlanks.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    } else if (text.front() == '"') {
      std::string quoted(1, '"');
      std::size_t at = 1;
      for (; at < text.size() && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
        quoted += at < text.size() ? text[at] : ' ';
      }
      const bool closed = at < text.size() && is_word(quoted.substr(1));
      out.push_back(closed ? quoted : "?");
      text.remove_prefix(std::min(at + 1, text.size()));
    } else {
      const std::size_t n =
          std::max<std::size_t>(1, std::min(text.find_first_of("\",;= \t"), text.size()));
      out.emplace_back(text.substr(0, n));
      text.remove_prefix(n);
    }
  }
  return out;
}

// extension *( "," extension ), extension = word *( ";" word [ "=" word-or-quoted ] ): who may
// follow whom, in five states. The members come out as word lists, "name", "parameter[=value]" …
// Empty members do not count (RFC 9110 §5.6.1.2), but there must be another.
inline std::optional<std::vector<std::vector<std::string>>> read_extensions(std::string_view text) {
  std::vector<std::vector<std::string>> members(1);
  enum { Name, AfterName, Parameter, AfterParameter, Value } state = Name;
  for (const std::string& lexeme : lexemes(text)) {
    const bool word = is_word(lexeme);
    if (state == Name && lexeme == ",") continue;
    if (state == AfterParameter && lexeme == "=") {
      members.back().back() += '=', state = Value;
    } else if (state == AfterName || state == AfterParameter) {
      if (lexeme != ";" && lexeme != ",") return std::nullopt;
      if (lexeme == ",") members.emplace_back();
      state = lexeme == ";" ? Parameter : Name;
    } else if (state == Value && (word || lexeme[0] == '"')) {
      members.back().back() += word ? lexeme : lexeme.substr(1), state = AfterName;
    } else if (word && state != Value) {
      members.back().push_back(lexeme), state = state == Name ? AfterName : AfterParameter;
    } else {
      return std::nullopt;
    }
  }
  if (state == Parameter || state == Value) return std::nullopt;
  if (state == Name) members.pop_back();
  if (members.empty()) return std::nullopt;
  return members;
}

}  // namespace wsrelay::fuzz
