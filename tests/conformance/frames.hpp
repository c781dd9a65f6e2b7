// The vocabulary of servers: frames as bytes, and messages in fragments. Built by
// support/ws_server_frames.hpp, apart from lib/ws.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/ws_server_frames.hpp"

namespace wsrelay::conformance {

using test::hex;

inline constexpr unsigned kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9,
                          kPong = 10;
inline constexpr unsigned kRsv1 = 4, kRsv2 = 2, kRsv3 = 1;

inline std::string frame(unsigned opcode, std::string_view payload, bool fin = true,
                         unsigned rsv = 0) {
  return test::wire({opcode, std::string(payload), fin, rsv});
}
inline std::string text(std::string_view payload) {
  return frame(kText, payload);
}
inline std::string binary(std::string_view payload) {
  return frame(kBinary, payload);
}
inline std::string ping(std::string_view payload = {}) {
  return frame(kPing, payload);
}
inline std::string pong(std::string_view payload = {}) {
  return frame(kPong, payload);
}
inline std::string close() {
  return frame(kClose, {});
}
inline std::string close(std::uint16_t code, std::string_view reason = {}) {
  return test::close_frame(code, reason);
}

/// A text message in fragments: fragment, more…, last.
inline std::string fragment(std::string_view payload) {
  return frame(kText, payload, false);
}
inline std::string more(std::string_view payload) {
  return frame(kContinuation, payload, false);
}
inline std::string last(std::string_view payload) {
  return frame(kContinuation, payload);
}

/// A message in fragments of `size` bytes; with `empty_end`, FIN stands on an empty frame of its
/// own.
inline std::string in_fragments(unsigned opcode, std::string_view payload, std::size_t size,
                                bool empty_end, unsigned rsv = 0) {
  std::string out;
  for (bool first = true; first || !payload.empty(); first = false) {
    const std::string_view part = payload.substr(0, size);
    payload.remove_prefix(part.size());
    const bool fin = payload.empty() && !empty_end;
    out += frame(first ? opcode : kContinuation, part, fin, first ? rsv : 0);
  }
  return empty_end ? out + last("") : out;
}

/// The head of a frame whose payload never comes: its length in `bytes` (0, 2 or 8) bytes.
inline std::string head(unsigned opcode, std::uint64_t length, unsigned bytes) {
  std::string out(1, static_cast<char>(0x80U | opcode));
  if (bytes == 0) return out + static_cast<char>(length);
  return out + static_cast<char>(bytes == 2 ? 126 : 127) + test::big_endian(length, bytes);
}

/// As a client sends it: masked, with this key.
inline std::string masked(std::string frame_bytes, std::string_view key = "\x12\x34\x56\x78") {
  const auto code = static_cast<unsigned char>(frame_bytes[1]);
  const std::size_t head_size = code == 127 ? 10 : code == 126 ? 4 : 2;
  frame_bytes[1] = static_cast<char>(code | 0x80);
  for (std::size_t i = head_size; i < frame_bytes.size(); ++i)
    frame_bytes[i] = static_cast<char>(frame_bytes[i] ^ key[(i - head_size) % 4]);
  return frame_bytes.insert(head_size, key);
}

inline std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  out.reserve(part.size() * times);
  for (std::size_t i = 0; i < times; ++i) out += part;
  return out;
}

}  // namespace wsrelay::conformance
