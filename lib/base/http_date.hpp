// The dates of HTTP (RFC 9110 §5.6.7) in their three spellings, read strictly: names in the right
// case, one space where one belongs, a weekday that is that day's. Knows no clock.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace wsrelay {

/// "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT" (years 1970–2069) or
/// "Sun Nov  6 08:49:37 1994".
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace wsrelay
