// A WebSocket data message, whole or in parts: words that ws, route, client and bridge all speak.
#pragma once

#include <cstdint>
#include <optional>
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

/// A frame of a message, or a chunk of a frame: where it stands in both. Offsets and lengths count
/// payload bytes as the sender meant them (after decompression).
struct MessagePart {
  Message::Kind kind = Message::Kind::Text;
  Bytes payload;
  bool continuation = false;  // its frame is not the message's first: opcode 0 on the wire
  bool fin = true;            // its frame's FIN bit
  bool last = true;           // nothing of the message follows
  std::uint64_t frame_offset = 0;
  std::optional<std::uint64_t> frame_length = {};  // unknown while a compressed frame comes in
  std::uint64_t message_offset = 0;
  std::optional<std::uint64_t> message_length = {};  // unknown until the last frame begins

  friend bool operator==(const MessagePart&, const MessagePart&) = default;
};

}  // namespace wsrelay
