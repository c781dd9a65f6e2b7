// What a server did against RFC 6455, as a value: the code our Close carries and a sentence for
// people. The text is a literal: plain ASCII, short enough for a Close reason (123 bytes).
#pragma once

#include <string_view>

#include "ws/close_code.hpp"

namespace wsrelay::ws {

struct Violation {
  CloseCode code = CloseCode::ProtocolError;
  std::string_view text;

  friend bool operator==(const Violation&, const Violation&) = default;
};

}  // namespace wsrelay::ws
