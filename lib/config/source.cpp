#include "config/source.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "config/suggest.hpp"

namespace wsrelay::config {
namespace {

constexpr std::string_view kBlot = "[hidden]";
constexpr std::size_t kLongestShown =
    4096;  // bytes; nobody reads on, and many problems may share a line

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t-"), line.size());
}

bool is_blank(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t\r");
  return at == std::string_view::npos || line[at] == '#';
}

bool telling(std::string_view line) {
  return sounds_secret(line.substr(indentation(line))) || may_hold_login(line);
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// What is not UTF-8 becomes question marks, one a byte: journals and documents want text.
std::string printable(std::string_view text) {
  std::string out(text);
  if (is_utf8(as_bytes(text))) return out;
  std::replace_if(
      out.begin(), out.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; },
      '?');
  return out;
}

void blot(Source::Shown& shown, std::size_t first, std::size_t last) {
  shown.line.replace(first, last - first, kBlot);
  if (shown.column > last)
    shown.column = static_cast<unsigned>(shown.column - (last - first) + kBlot.size());
  else if (shown.column > first)
    shown.column = static_cast<unsigned>(first) + 1;
}

}  // namespace

bool sounds_secret(std::string_view name) {
  const std::string lower = ascii_lower(name.substr(0, kLongestShown));
  for (const std::string_view word : {"pass", "secret", "token", "auth", "login", "bearer",
                                      "cookie", "key", "cred", "header", "pwd"})
    if (lower.find(word) != std::string::npos) return true;
  const std::string_view known[] = {"password", "headers"};
  return nearest(lower, known).has_value();
}

bool may_hold_login(std::string_view text) {
  for (std::size_t at = text.find("//"); at != std::string_view::npos; at = text.find("//")) {
    text.remove_prefix(at + 2);
    std::string_view address = text.substr(0, text.find_first_of(" \t\"',}]"));
    if (address.starts_with('['))  // IPv6, and its bracket was taken for the end of a list
      address = text.substr(0, text.find_first_of(" \t\"',}", text.find(']')));
    if (address.find_first_of("@?") != std::string_view::npos) return true;
    const std::size_t bracket = address.rfind(']');
    const std::size_t colon = address.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon == std::string_view::npos) continue;
    const std::string_view port = address.substr(colon + 1, address.find('/', colon) - colon - 1);
    if (port.empty() || port.find_first_not_of("0123456789") != std::string_view::npos) return true;
  }
  return false;
}

Source::Source(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    starts_.push_back(at + 1);
}

std::string_view Source::line(unsigned number) const {
  if (number == 0 || number > starts_.size()) return {};
  const std::size_t start = starts_[number - 1];
  std::string_view found = text_.substr(start, text_.find('\n', start) - start);
  if (found.ends_with('\r')) found.remove_suffix(1);
  return found;
}

void Source::hide(Place begin, Place end) {
  begin.file = end.file = 0;
  hidden_.emplace(begin, end);
}

bool Source::hides(Place begin) const {
  begin.file = 0;
  const auto found = hidden_.lower_bound({begin, Place{0, 0}});
  return found != hidden_.end() && found->first == begin;
}

std::vector<std::pair<Place, Place>> Source::hidden_in(unsigned number) const {
  std::vector<std::pair<Place, Place>> found;
  const Place next{number + 1, 0};
  for (auto at = hidden_.lower_bound({next, next}); at != hidden_.begin();) {
    --at;
    if (at->second.line < number) break;
    found.push_back(*at);
  }
  return found;
}

Source::Shown Source::show(Place place) const {
  const std::string_view whole = line(place.line);
  const auto hidden = hidden_in(place.line);
  if (whole.size() > kLongestShown && !hidden.empty()) return {std::string(kBlot), 1};
  std::size_t from = place.column > kLongestShown ? place.column - kLongestShown / 2 : 0;
  from = std::min(from, whole.size());
  std::size_t length = std::min(kLongestShown, whole.size() - from);

  while (from > 0 && from < whole.size() && continues(whole[from])) --from;
  while (from + length < whole.size() && length > 0 && continues(whole[from + length])) --length;
  Shown shown{printable(whole.substr(from, length)), place.column - static_cast<unsigned>(from)};
  for (const auto& [begin, end] :
       hidden) {  // from the right: columns to the left stay what they are
    const std::size_t first = begin.line < place.line ? 0 : begin.column - 1;
    std::size_t last = end.line > place.line ? whole.size() : end.column - 1;
    last = std::min(last, shown.line.size());
    // The value ended before the blanks, and before the comma of its list.
    while (last > first && shown.line[last - 1] == ' ') --last;
    if (last > first && last < shown.line.size() && shown.line[last - 1] == ',') --last;
    if (last > first) blot(shown, first, last);
  }
  return shown;
}

bool Source::stands_under_a_telling_word(unsigned number) const {
  std::string_view here = line(number);
  if (telling(here)) return true;
  std::size_t depth = is_blank(here) ? std::string_view::npos : indentation(here);
  bool direct = true;
  for (unsigned above = number - 1; above > 0; --above) {
    const std::string_view candidate = line(above);
    if (is_blank(candidate)) continue;
    // The line just before counts always: a quoted text may go on at any indentation.
    if (direct || indentation(candidate) < depth) {
      if (telling(candidate)) return true;
      depth = std::min(depth, indentation(candidate));
    }
    direct = false;
    if (depth == 0) return false;
  }
  return false;
}

Source::Shown Source::show_unread(Place place) const {
  Shown shown = show(place);
  if (!stands_under_a_telling_word(place.line)) return shown;
  const std::size_t colon = shown.line.find(':');
  const std::size_t keep = telling(shown.line) && colon != std::string::npos
                               ? colon + 1
                               : std::min(indentation(shown.line), shown.line.size());
  if (keep < shown.line.size()) {
    shown.line.resize(keep);
    shown.line +=
        keep > 0 && shown.line.back() == ':' ? " " + std::string(kBlot) : std::string(kBlot);
  }
  shown.column = std::min<unsigned>(shown.column, static_cast<unsigned>(shown.line.size()));
  return shown;
}

}  // namespace wsrelay::config
