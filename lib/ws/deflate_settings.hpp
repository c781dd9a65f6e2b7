// What we ask of permessage-deflate (RFC 7692), and what was agreed. Plain values. The defaults are
// frugal: our own side forgets its window after each message, so that one deflater serves all
// sessions, and looks back 4 KiB; the server is asked for a window as small.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wsrelay::ws {

struct DeflateSettings {
  enum class Offer : std::uint8_t {
    Off,
    On,        // offered; the server may decline
    Required,  // a server that declines is refused
  };
  Offer offer = Offer::On;
  std::uint8_t client_max_window_bits = 12;  // 9…15: how far our own compression looks back
  std::uint8_t server_max_window_bits = 12;  // 8…15: asked of the server, so of our memory
  bool client_context_takeover = false;      // true: a deflater of its own for each session
  bool server_context_takeover = true;       // false: the server is asked to forget, too
  std::size_t threshold = 128;               // bytes; smaller messages go uncompressed

  friend bool operator==(const DeflateSettings&, const DeflateSettings&) = default;
};

/// As agreed. RFC 7692 §7.1: 15 bits and context takeover where nothing was said.
struct DeflateParameters {
  std::uint8_t client_max_window_bits = 15;
  std::uint8_t server_max_window_bits = 15;
  bool client_context_takeover = true;
  bool server_context_takeover = true;

  friend bool operator==(const DeflateParameters&, const DeflateParameters&) = default;
};

/// Payload bytes of the compressed messages so far; a ratio is wire / plain.
struct CompressionCount {
  std::uint64_t received_wire = 0;
  std::uint64_t received_plain = 0;
  std::uint64_t sent_wire = 0;
  std::uint64_t sent_plain = 0;

  friend bool operator==(const CompressionCount&, const CompressionCount&) = default;
};

}  // namespace wsrelay::ws
