// What a server's Retry-After asks for (RFC 9110 §10.2.3). Pure: no clock. A date is compared with
// the answer's own Date, so that the two clocks need not agree; without a Date it says nothing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace wsrelay::client {

/// How long to stay away; nothing if the field is missing, repeated, malformed, not positive, or
/// asks for more than a year.
std::optional<Duration> retry_after(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace wsrelay::client
