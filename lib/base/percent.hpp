// Percent-encoding (RFC 3986 §2.1), for values that go into an address.
#pragma once

#include <string>
#include <string_view>

namespace wsrelay {

/// Everything but the unreserved characters (§2.3) becomes %XX: a blank %20, a plus sign %2B. So it
/// means the same to those who read a query by the RFC and to those who read it as a form.
std::string percent_encoded(std::string_view text);

}  // namespace wsrelay
