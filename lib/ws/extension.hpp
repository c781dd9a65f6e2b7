// What extensions do to frames (RFC 6455 §9): the part of an upgrade's answer that says which ones
// are in use, and the reserved bits they claim. Here is the place where an extension is offered
// and its parameters are agreed upon.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "ws/field.hpp"

namespace wsrelay::ws {

struct Extensions {
  std::string text = {};  // as the server named them; empty: none
  std::uint8_t rsv = 0;   // reserved bits that may stand on a message's first frame

  friend bool operator==(const Extensions&, const Extensions&) = default;
};

/// Judges the Sec-WebSocket-Extensions fields of the answer against what we offer: nothing, so
/// far, and so a server must not name any.
Result<Extensions> agree_on_extensions(const Fields& answer);

}  // namespace wsrelay::ws
