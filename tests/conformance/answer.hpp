// The vocabulary of upgrades: the answer that accepts, and what can be wrong with it. What
// stands in braces is filled in when the request is known: "{accept}", and two that are not quite.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::conformance {

/// The answer with these changes: "Name: v" adds a line, "-Name" drops one, "=Name: v" replaces
/// one; "HTTP/…" is the status line.
inline std::string accepting(const std::vector<std::string>& changes = {}) {
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {accept}\r\n\r\n";
  for (const std::string& change : changes) {
    if (change.starts_with("HTTP/")) {
      text.replace(0, text.find("\r\n"), change);
      continue;
    }
    const bool drops = change[0] == '-' || change[0] == '=';
    const std::string line = drops ? change.substr(1) : change;
    if (drops) {
      const std::size_t at = text.find("\r\n" + line.substr(0, line.find(':')) + ":");
      text.erase(at, text.find("\r\n", at + 2) - at);
    }
    if (change[0] != '-') text.insert(text.size() - 2, line + "\r\n");
  }
  return text;
}

}  // namespace wsrelay::conformance
