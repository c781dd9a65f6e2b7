// RFC 6455 §7.4: why a conversation ended, and which codes may travel.
#pragma once

#include <cstdint>

namespace wsrelay::ws {

enum class CloseCode : std::uint16_t {
  Normal = 1000,
  GoingAway = 1001,
  ProtocolError = 1002,
  UnsupportedData = 1003,
  NoStatus = 1005,  // never on the wire: the peer's Close had no code
  Abnormal = 1006,  // never on the wire: the stream ended without a Close
  InvalidPayload = 1007,
  PolicyViolation = 1008,
  TooBig = 1009,
  MandatoryExtension = 1010,
  InternalError = 1011,
  ServiceRestart = 1012,
  TryAgainLater = 1013,
  BadGateway = 1014,
};

/// §7.4.1–7.4.2 and the IANA registry: 1000–1003, 1007–1014, 3000–4999.
constexpr bool may_travel(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

}  // namespace wsrelay::ws
