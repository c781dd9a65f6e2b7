// The conversation with a proxy that stands between a connection and its use. Reads no byte past
// the proxy's consent, so the stream that comes out is the one that went in, at the first byte of
// the destination's. Knows no deadline: drop it.
//
//   auto handshake = ProxyHandshake::start(std::move(tcp), proxy, destination);
//   … handshake->advance() until it gives the stream, waiting for wait() in between …
//
// Errors are Fault::Proxy, or Local where our login cannot be sent. They name no proxy, for whoever
// dials knows which.
#pragma once

#include <memory>
#include <variant>

#include "io/byte_stream.hpp"
#include "io/http_connect.hpp"
#include "io/socks5.hpp"
#include "io/task.hpp"

namespace wsrelay::io {

class ProxyHandshake {
 public:
  /// `proxy`: http or socks5.
  static Result<ProxyHandshake> start(std::unique_ptr<ByteStream> lower, const Proxy& proxy,
                                      const Url& destination);

  /// The stream to the destination, or null while under way.
  Result<std::unique_ptr<ByteStream>> advance();
  /// Descriptor and direction; no moment: the deadline is the caller's.
  Wait wait() const;

 private:
  using Dialogue = std::variant<HttpConnect, Socks5>;
  ProxyHandshake(std::unique_ptr<ByteStream> lower, Dialogue dialogue)
      : lower_(std::move(lower)), dialogue_(std::move(dialogue)) {}

  template <class Protocol>
  Result<bool> advance(Protocol& dialogue);
  template <class Protocol>
  Result<bool> say(Protocol& dialogue);
  template <class Protocol>
  Result<bool> hear(Protocol& dialogue);

  std::unique_ptr<ByteStream> lower_;
  Dialogue dialogue_;
  Progress wants_;
};

}  // namespace wsrelay::io
