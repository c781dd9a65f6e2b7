// What a Close frame says (RFC 6455 §5.5.1, §7.4): read strictly, written legally.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "base/bytes.hpp"
#include "ws/violation.hpp"

namespace wsrelay::ws {

struct CloseStatus {
  std::uint16_t code = 1005;  // 1005: none was given
  std::string reason = {};

  friend bool operator==(const CloseStatus&, const CloseStatus&) = default;
};

tl::expected<CloseStatus, Violation> read_close(BytesView payload);

/// A Close frame's payload: at most 125 bytes. Codes that must not travel are left out, and the
/// reason with them; a reason is cut at a character's end and dropped if it is not UTF-8.
Bytes write_close(std::uint16_t code, std::string_view reason);

}  // namespace wsrelay::ws
