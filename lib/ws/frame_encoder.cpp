#include "ws/frame_encoder.hpp"

#include <cstring>

#include "ws/mask.hpp"

namespace wsrelay::ws {
namespace {

std::byte* put_big_endian(std::byte* at, std::uint64_t value, unsigned bytes) {
  for (unsigned i = bytes; i-- > 0;) *at++ = static_cast<std::byte>(value >> (8 * i));
  return at;
}

// 0, 2 or 8 bytes after the two that every head has.
unsigned length_bytes(std::size_t size) {
  return size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
}

}  // namespace

void append_frame(OutputQueue& output, Opcode opcode, BytesView payload, Random& random,
                  FrameBits bits) {
  // §5.3: the masking key "needs to be unpredictable", a fresh one for each frame; §5.1: a client
  // "MUST mask all frames".
  MaskKey key;
  random.fill(key);

  const unsigned extra = length_bytes(payload.size());
  std::byte* at = output.append(2 + extra + key.size() + payload.size());
  const unsigned fin_and_rsv = (bits.fin ? 0x80U : 0U) | static_cast<unsigned>(bits.rsv) << 4;
  *at++ = static_cast<std::byte>(fin_and_rsv | static_cast<unsigned>(opcode));
  const std::size_t code = extra == 0 ? payload.size() : extra == 2 ? 126 : 127;
  *at++ = static_cast<std::byte>(0x80U | code);
  at = put_big_endian(at, payload.size(), extra);
  std::memcpy(at, key.data(), key.size());
  mask_into(at + key.size(), payload, key);
}

}  // namespace wsrelay::ws
