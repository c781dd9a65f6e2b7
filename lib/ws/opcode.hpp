// RFC 6455 §5.2: what a frame is.
#pragma once

#include <cstdint>

namespace wsrelay::ws {

enum class Opcode : std::uint8_t {
  Continuation = 0x0,
  Text = 0x1,
  Binary = 0x2,
  Close = 0x8,
  Ping = 0x9,
  Pong = 0xA,
};

constexpr bool is_control(Opcode opcode) {
  return (static_cast<std::uint8_t>(opcode) & 0x8) != 0;
}
constexpr bool is_known(Opcode opcode) {
  const auto number = static_cast<std::uint8_t>(opcode);
  return number <= 0x2 || (number >= 0x8 && number <= 0xA);
}

}  // namespace wsrelay::ws
