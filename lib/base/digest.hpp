// SHA-1 and base64, for Sec-WebSocket-Accept and Basic credentials (RFC 6455 §4.2.2, RFC 4648 §4);
// SHA-1 is a token here, not security. HMAC-SHA-256 (RFC 2104), to know a secret again without
// keeping it.
#pragma once

#include <array>
#include <string>

#include "base/bytes.hpp"

namespace wsrelay {

std::array<std::byte, 20> sha1(BytesView bytes);
std::string base64(BytesView bytes);
std::array<std::byte, 32> hmac_sha256(BytesView key, BytesView bytes);

}  // namespace wsrelay
