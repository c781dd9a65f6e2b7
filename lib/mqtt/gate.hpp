// Looks at a whole MQTT 5 packet from the broker before libmosquitto may see it:
//   A property that is unknown or cut short is an error here: libmosquitto 2.0.11 aborts the
//     process over it.
//   A PUBLISH that names several subscriptions (MQTT 5.0 §3.3.2.3.8 allows it) is refused by
//     libmosquitto as a duplicate property; it goes on with the first one, all are told beside it.
//   A PUBACK nobody waits for leaks its properties in libmosquitto, as often as the broker likes.
//     Nobody reads the properties of acknowledgements; they end here, the reason code goes on.
//   A CONNACK in the form of 3.1.1 is what an old broker answers; libmosquitto's versions differ
//   over it, so
//     it goes on in the form of MQTT 5.
// Pure: bytes in, bytes out. MQTT 3.1.1 has no properties and needs no gate.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace wsrelay::mqtt {

struct Admission {
  std::vector<std::uint32_t> identifiers;  // of a PUBLISH, in order
  std::optional<Bytes> rewritten;          // what goes to libmosquitto instead
};

Result<Admission> admit(BytesView packet);

/// MQTT 5.0 §1.5.5: takes a Variable Byte Integer off the front; nothing if there is none.
std::optional<std::uint32_t> take_varint(BytesView& bytes);

}  // namespace wsrelay::mqtt
