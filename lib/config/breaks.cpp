#include "config/breaks.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace wsrelay::config {
namespace {

constexpr auto npos = std::string_view::npos;

class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}

  std::size_t start_of(unsigned line) const {
    std::size_t start = 0;
    for (unsigned each = 1; each < line && start != npos; ++each) {
      start = text_.find('\n', start);
      if (start != npos) ++start;
    }
    return std::min(start, text_.size());
  }
  std::string_view at(unsigned line) const {
    const std::size_t start = start_of(line);
    std::string_view found = text_.substr(start, text_.find('\n', start) - start);
    if (found.ends_with('\r')) found.remove_suffix(1);
    return found;
  }
  /// The number of the last line before it that says something; 0: none.
  unsigned before(unsigned line) const {
    for (--line; line > 0; --line) {
      const std::string_view found = at(line);
      const std::size_t first = found.find_first_not_of(" \t");
      if (first != npos && found[first] != '#') return line;
      if (line + kFarthest < first_asked_) break;
    }
    return 0;
  }
  void ask(unsigned line) { first_asked_ = line; }

 private:
  static constexpr unsigned kFarthest = 100;
  std::string_view text_;
  unsigned first_asked_ = 0;
};

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

/// Where the colon of the line's key is, or npos. "- key: value" has one as well.
std::size_t colon_of_key(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '"' || line[at] == '\'' || line[at] == '#') return npos;
    if (line[at] == ':' && (at + 1 == line.size() || line[at + 1] == ' ')) return at;
  }
  return npos;
}

bool has_value(std::string_view line) {
  const std::size_t colon = colon_of_key(line);
  if (colon == npos) return false;
  const std::size_t first = line.find_first_not_of(' ', colon + 1);
  return first != npos && line[first] != '#';
}

/// "keepalive:60s": the column of the colon, from 0.
std::size_t colon_without_blank(std::string_view line) {
  const std::size_t first = indentation(line);
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", first);
  const bool glued = end != npos && end > first && line[end] == ':' && end + 1 < line.size() &&
                     line[end + 1] != ' ';
  return glued ? end : npos;
}

struct Bracket {
  char kind;
  std::size_t offset;
};

std::size_t end_of_quote(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == text[begin]) return at;
    if (text[at] == '\\' && text[begin] == '"') ++at;
  }
  return text.size() - 1;
}

/// The innermost bracket that is still open at the end of `text`.
std::optional<Bracket> open_bracket(std::string_view text) {
  std::vector<Bracket> open;
  char before = '\n';  // the last character that is no blank of the same token
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool begins = std::string_view("\n :,-[{").find(before) != npos;
    if (begins && (c == '"' || c == '\'')) {
      at = end_of_quote(text, at);
    } else if (begins && c == '#') {
      at = std::min(text.find('\n', at), text.size() - 1);
    } else if ((c == '{' || c == '[') && (begins || !open.empty())) {
      open.push_back({c, at});
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    }
    before = text[at];
  }
  if (open.empty()) return std::nullopt;
  return open.back();
}

std::optional<Break> bracket_break(std::string_view text, std::size_t end) {
  const auto bracket = open_bracket(text.substr(0, end));
  if (!bracket) return std::nullopt;
  const std::string_view before = text.substr(0, bracket->offset);
  const auto line = static_cast<unsigned>(std::count(before.begin(), before.end(), '\n') + 1);
  const auto column = static_cast<unsigned>(bracket->offset - (before.rfind('\n') + 1) + 1);
  return Break{line, column, fmt::format("this {} is never closed", bracket->kind),
               fmt::format("end it with {}", bracket->kind == '{' ? '}' : ']')};
}

/// A key where none can be.
Break key_break(const Lines& lines, unsigned line, unsigned column) {
  const std::string_view here = lines.at(line);
  const std::size_t own_colon = colon_of_key(here);
  if (own_colon != npos && own_colon + 1 < column)
    return {line, column, "a second colon and blank on this line",
            "a value that contains ': ' needs quotes"};
  const unsigned above = lines.before(line);
  const std::string_view previous = above == 0 ? std::string_view() : lines.at(above);
  if (const std::size_t glued = colon_without_blank(previous); glued != npos)
    return {above, static_cast<unsigned>(glued) + 1, "a blank is missing after this colon", {}};
  if (has_value(previous) && indentation(here) > indentation(previous))
    return {line, static_cast<unsigned>(indentation(here)) + 1,
            "this line is indented further than the one before, which has its value already",
            "indent the settings of one group alike"};
  return {line, column, "a key cannot stand here", "keys below a key are indented further"};
}

std::optional<Break> character_break(std::string_view here, unsigned line, unsigned column,
                                     std::string_view message) {
  const auto at = [&](unsigned place) {
    return here.substr(std::min<std::size_t>(place - 1, here.size()), 1);
  };
  if (message == "unknown token")
    return Break{line, column, fmt::format("a text cannot begin with {} here", at(column)),
                 "put it in quotes"};
  if (message.starts_with("alias not found") || message.starts_with("anchor not found"))
    return Break{line, column - 1, fmt::format("a text cannot begin with {} here", at(column - 1)),
                 "put it in quotes"};
  if (message.starts_with("unknown escape character"))
    return Break{line, column, "there is no such escape in double quotes",
                 "write \\\\ for a backslash, or use single quotes"};
  return std::nullopt;
}

bool has_bare_template(std::string_view line) {
  const std::size_t at = line.find("{{");
  return at != npos && line.substr(0, at).find_first_of("\"'") == npos;
}

}  // namespace

Break explain_break(std::string_view text, unsigned line, unsigned column,
                    std::string_view message) {
  Lines lines(text);
  lines.ask(line);
  const std::string_view here = lines.at(line);
  const std::size_t blanks = here.find_first_not_of(" \t");
  if (here.substr(0, blanks).find('\t') != npos)
    return {line, static_cast<unsigned>(here.find('\t')) + 1, "a tab cannot indent",
            "indent with spaces"};
  if (has_bare_template(here))
    return {line, static_cast<unsigned>(here.find("{{")) + 1,
            "a text that begins with {{ needs quotes", "write '{{…}}'"};
  if (column > 1)
    if (auto found = character_break(here, line, column, message)) return *found;
  if (message == "illegal map value" || message == "bad conversion")
    return key_break(lines, line, column);
  if (message.find("flow not found") != npos)
    if (auto found = bracket_break(text, std::min(lines.start_of(line) + column - 1, text.size())))
      return *found;
  if (message == "end of map not found" || message == "end of sequence not found")
    return {line, column, "this line's indentation fits none of the lines before it",
            "indent the settings of one group alike"};
  return {line, column, fmt::format("the YAML breaks off here: {}", message),
          "a quote or bracket left open, or an indentation that does not fit, is the usual reason"};
}

}  // namespace wsrelay::config
