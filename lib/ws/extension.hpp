// The extensions of an upgrade (RFC 6455 §9, RFC 7692 §5 and §7.1): what we offer, and the
// judgement of what the server chose. permessage-deflate is the only one we know.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "ws/deflate_settings.hpp"
#include "ws/field.hpp"

namespace wsrelay::ws {

struct Extensions {
  std::string text = {};  // as the server named them, blanks apart; empty: none
  std::optional<DeflateParameters> deflate = {};

  friend bool operator==(const Extensions&, const Extensions&) = default;
};

/// The value of Sec-WebSocket-Extensions in the request; empty: nothing is offered.
std::string extension_offer(const DeflateSettings& settings);

/// Judges the Sec-WebSocket-Extensions fields of the answer against that offer, strictly: nothing
/// that was not offered, no unknown, repeated or ill-formed parameter, nothing out of range, and
/// names in the registry's spelling, small letters. The error is Fault::Protocol.
Result<Extensions> agree_on_extensions(const Fields& answer, const DeflateSettings& offered);

}  // namespace wsrelay::ws
