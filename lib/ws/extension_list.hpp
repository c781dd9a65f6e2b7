// The grammar of Sec-WebSocket-Extensions (RFC 6455 §9.1): names with parameters, no meaning yet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsrelay::ws {

struct ExtensionParameter {
  std::string name;
  std::optional<std::string> value = {};  // of a quoted string what it means: a token

  friend bool operator==(const ExtensionParameter&, const ExtensionParameter&) = default;
};

struct ExtensionChoice {
  std::string name;
  std::vector<ExtensionParameter> parameters = {};

  friend bool operator==(const ExtensionChoice&, const ExtensionChoice&) = default;
};

/// Nothing if the text is not by the grammar; a list without a member is not, either.
std::optional<std::vector<ExtensionChoice>> parse_extensions(std::string_view text);

/// "name; parameter; parameter=value, name"
std::string print_extensions(const std::vector<ExtensionChoice>& choices);

}  // namespace wsrelay::ws
