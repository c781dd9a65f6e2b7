// The server's half of RFC 6455 for tests: builds unmasked frames and the answer to an upgrade, and
// reads what a client sent. Written apart from lib/ws, so that the two can check one another.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace wsrelay::test {

/// "81 05 48656c6c6f" as bytes; everything but hex digits is decoration.
inline std::string hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    const std::size_t digit =
        std::string_view("0123456789abcdef").find(static_cast<char>(c | 0x20));
    if (digit == std::string_view::npos) continue;
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      out += static_cast<char>(high * 16 + static_cast<int>(digit));
      high = -1;
    }
  }
  return out;
}

inline std::string big_endian(std::uint64_t value, unsigned bytes) {
  std::string out;
  for (unsigned i = bytes; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}

struct ServerFrame {
  unsigned opcode = 1;
  std::string payload = {};
  bool fin = true;
  unsigned rsv = 0;
};

/// The frame as a server sends it: unmasked, its length in the shortest form.
inline std::string wire(const ServerFrame& frame) {
  std::string out(1, static_cast<char>((frame.fin ? 0x80U : 0U) | frame.rsv << 4 | frame.opcode));
  const std::size_t n = frame.payload.size();
  if (n < 126)
    out += static_cast<char>(n);
  else if (n < 65536)
    out += '\x7E' + big_endian(n, 2);
  else
    out += '\x7F' + big_endian(n, 8);
  return out + frame.payload;
}

inline std::string text_frame(std::string_view payload, bool fin = true) {
  return wire({1, std::string(payload), fin});
}
inline std::string close_frame(std::uint16_t code, std::string_view reason = {}) {
  return wire({8, big_endian(code, 2) + std::string(reason)});
}

/// The answer that accepts `request` (an upgrade request), with `extra` lines ("Name: value\r\n").
inline std::string accepting_answer(std::string_view request, std::string_view extra = {}) {
  constexpr std::string_view kField = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(kField);
  if (at == std::string_view::npos) throw std::runtime_error("no Sec-WebSocket-Key in the request");
  std::string key(request.substr(at + kField.size(), 24));
  key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         base64(sha1(as_bytes(key))) + "\r\n" + std::string(extra) + "\r\n";
}

/// A frame as a client must send it. Throws for one that is not masked or not in its shortest form.
struct ClientFrame {
  unsigned opcode = 0;
  bool fin = false;
  unsigned rsv = 0;
  std::string key = {};
  std::string payload = {};
};

/// Takes one whole frame off the front of `bytes`; false if it is not all there.
inline bool take_client_frame(std::string_view& bytes, ClientFrame& frame) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  if (bytes.size() < 2) return false;
  if ((at(1) & 0x80) == 0) throw std::runtime_error("the client sent an unmasked frame");
  const unsigned code = at(1) & 0x7F;
  const std::size_t extra = code == 126 ? 2 : code == 127 ? 8 : 0;
  if (bytes.size() < 2 + extra + 4) return false;
  std::uint64_t length = extra == 0 ? code : 0;
  for (std::size_t i = 0; i < extra; ++i) length = length << 8 | at(2 + i);
  if ((extra == 2 && length < 126) || (extra == 8 && length < 65536))
    throw std::runtime_error("the client's length is not in its shortest form");
  if (bytes.size() - (2 + extra + 4) < length) return false;
  frame = {at(0) & 0xFU, (at(0) & 0x80) != 0, (at(0) >> 4) & 7U,
           std::string(bytes.substr(2 + extra, 4)),
           std::string(bytes.substr(2 + extra + 4, static_cast<std::size_t>(length)))};
  for (std::size_t i = 0; i < frame.payload.size(); ++i)
    frame.payload[i] = static_cast<char>(frame.payload[i] ^ frame.key[i % 4]);
  bytes.remove_prefix(2 + extra + 4 + static_cast<std::size_t>(length));
  return true;
}

/// All of `bytes`; throws if they end inside a frame.
inline std::vector<ClientFrame> client_frames(std::string_view bytes) {
  std::vector<ClientFrame> frames;
  for (ClientFrame frame; take_client_frame(bytes, frame);) frames.push_back(frame);
  if (!bytes.empty()) throw std::runtime_error("the client's bytes end inside a frame");
  return frames;
}

}  // namespace wsrelay::test
