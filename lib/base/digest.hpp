// SHA-1 and base64, for Sec-WebSocket-Accept and Basic credentials (RFC 6455 §4.2.2, RFC 4648 §4).
// SHA-1 is a token here, not security.
#pragma once

#include <array>
#include <string>

#include "base/bytes.hpp"

namespace wsrelay {

std::array<std::byte, 20> sha1(BytesView bytes);
std::string base64(BytesView bytes);

}  // namespace wsrelay
