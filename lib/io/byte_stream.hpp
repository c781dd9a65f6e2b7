// Two-way bytes, non-blocking; streams stack (TLS over TCP). Knows no protocol above TLS.
// An established stream: connecting and handshakes are the Dialer's business.
// One descriptor, whatever the stack; which direction to wait for is in the answer, for TLS may
// have to write in order to read. After an error only fd() and destruction are left.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "io/handle.hpp"

namespace wsrelay::io {

/// What a read or a write came to. `bytes` > 0 is progress and sets nothing else.
struct Progress {
  std::size_t bytes = 0;
  bool wants_readable = false;  // nothing now; wait for the descriptor to be readable …
  bool wants_writable = false;  // … or writable
  bool end = false;             // read only: the peer ended the stream in an orderly way
};

/// What the other end showed, for the state document; empty strings where there is no TLS.
struct StreamFacts {
  std::string remote = {};  // "192.0.2.1:443"; the proxy's, where there is one
  std::string tls_version = {};
  std::string tls_cipher = {};
  std::string tls_peer = {};       // the certificate's subject
  std::string tls_not_after = {};  // RFC 3339
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual FdId fd() const = 0;
  /// At most `buffer.size()` bytes; decrypted bytes may wait inside, so read until a `wants_*`.
  virtual Result<Progress> read(std::span<std::byte> buffer) = 0;
  /// Takes a prefix. A TLS stream that answered `wants_*` must be given the same bytes again.
  virtual Result<Progress> write(BytesView bytes) = 0;
  /// No more bytes from us (close_notify, FIN); best effort, never waits.
  virtual void shut() = 0;
  virtual StreamFacts facts() const { return {}; }
};

}  // namespace wsrelay::io
