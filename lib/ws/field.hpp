// The grammar of HTTP fields (RFC 9110 §5), as far as an upgrade needs it.
// The three checks of what a request may carry are declared in session.hpp, the room's door.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsrelay::ws {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text);
/// Field names and the words of an upgrade are ASCII and know no case.
bool same_word(std::string_view a, std::string_view b);
/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);
/// Is `word` one of the members of this comma-separated list?
bool list_contains(std::string_view list, std::string_view word);

}  // namespace wsrelay::ws
