// What a reference means (RFC 3986 §5.2), by the letter and on plain text: split as in appendix B,
// transform as in §5.2.2, recompose as in §5.3.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wsrelay::fuzz {

struct Reference {
  std::optional<std::string> scheme = {}, authority = {}, query = {}, fragment = {};
  std::string path = {};
};

/// ^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?
inline Reference split(std::string text) {
  Reference out;
  const auto tail = [&text](char mark) -> std::optional<std::string> {
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) return std::nullopt;
    std::string found = text.substr(at + 1);
    text.erase(at);
    return found;
  };
  out.fragment = tail('#');
  out.query = tail('?');
  const std::size_t colon = text.find_first_of(":/");
  if (colon != std::string::npos && colon > 0 && text[colon] == ':') {
    out.scheme = text.substr(0, colon);
    text.erase(0, colon + 1);
  }
  if (text.starts_with("//")) {
    const std::size_t end = std::min(text.find('/', 2), text.size());
    out.authority = text.substr(2, end - 2);
    text.erase(0, end);
  }
  out.path = text;
  return out;
}

// §5.2.4, its steps A to E.
inline std::string remove_dot_segments(std::string in) {
  std::string out;
  while (!in.empty()) {
    if (in.starts_with("../")) {
      in.erase(0, 3);
    } else if (in.starts_with("./") || in.starts_with("/./")) {
      in.erase(0, 2);
    } else if (in == "/.") {
      in = "/";
    } else if (in.starts_with("/../") || in == "/..") {
      in = in == "/.." ? "/" : in.substr(3);
      out.erase(out.find_last_of('/') == std::string::npos ? 0 : out.find_last_of('/'));
    } else if (in == "." || in == "..") {
      in.clear();
    } else {
      const std::size_t end = in.find('/', 1);
      out += in.substr(0, end);
      in.erase(0, end);
    }
  }
  return out;
}

inline std::string meant(const std::string& base, const std::string& reference) {
  const Reference from = split(base);
  Reference to = split(reference);
  if (to.scheme || to.authority) {
    to.path = remove_dot_segments(to.path);
  } else if (to.path.empty()) {
    to.path = from.path;
    if (!to.query) to.query = from.query;
  } else {
    const std::string merged = from.path.empty()
                                   ? "/" + to.path
                                   : from.path.substr(0, from.path.find_last_of('/') + 1) + to.path;
    to.path = remove_dot_segments(to.path.starts_with('/') ? to.path : merged);
  }
  if (!to.scheme && !to.authority) to.authority = from.authority;
  if (!to.scheme) to.scheme = from.scheme;
  std::string text = *to.scheme + ":";
  if (to.authority) text += "//" + *to.authority;
  text += to.path;
  if (to.query) text += "?" + *to.query;
  return to.fragment ? text + "#" + *to.fragment : text;
}

}  // namespace wsrelay::fuzz
