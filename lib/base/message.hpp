// A whole WebSocket data message: a word that ws, route, client and bridge all speak.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace wsrelay {

struct Message {
  enum class Kind : std::uint8_t { Text, Binary };
  Kind kind = Kind::Text;
  Bytes payload;

  friend bool operator==(const Message&, const Message&) = default;
};

constexpr std::string_view name_of(Message::Kind kind) {
  return kind == Message::Kind::Text ? "text" : "binary";
}

}  // namespace wsrelay
