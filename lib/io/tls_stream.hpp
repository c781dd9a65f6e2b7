// TLS over any ByteStream (GnuTLS underneath). A TlsHandshake becomes a TlsStream only after the
// peer was verified: before that there is nothing to read from or write to.
//
//   auto handshake = TlsHandshake::start(std::move(tcp), context, peer);
//   … handshake->advance() until it gives a stream, waiting for wait() in between …
//
// write(): bytes are encrypted once; after a wants_* the same bytes (more may follow them) must be
// given again, and count when their last encrypted byte has left. A peer that ends without
// close_notify reads as `end`: WebSocket and MQTT say themselves whether they were finished.
// Errors are Fault::Tls with tls_code and tls_verify, or whatever the stream below said.
#pragma once

#include <memory>
#include <string>

#include "io/byte_stream.hpp"
#include "io/task.hpp"
#include "io/tls_context.hpp"

namespace wsrelay::io {

class TlsWire;

/// Who we want to talk to. Names are host names or IP literals without brackets.
struct TlsPeer {
  std::string name;              // expected in the certificate; a literal stands in the IP SANs
  std::string server_name = {};  // SNI; empty: the same. A literal is never sent
  TlsSettings::Verify verify = TlsSettings::Verify::Full;
  std::string alpn = {};  // "http/1.1" or nothing
};

class TlsStream final : public ByteStream {
 public:
  ~TlsStream() override;
  FdId fd() const override;
  Result<Progress> read(std::span<std::byte> buffer) override;
  Result<Progress> write(BytesView bytes) override;
  void shut() override;
  StreamFacts facts() const override;

 private:
  friend class TlsHandshake;
  explicit TlsStream(std::unique_ptr<TlsWire> wire);
  Result<Progress> flushed();

  std::unique_ptr<TlsWire> wire_;
  std::size_t encrypted_ = 0;  // bytes of the caller's that stand encrypted in the wire's buffer
  bool renegotiation_refused_ = false;
};

class TlsHandshake {
 public:
  static Result<TlsHandshake> start(std::unique_ptr<ByteStream> lower,
                                    std::shared_ptr<const TlsContext> context, const TlsPeer& peer);
  TlsHandshake(TlsHandshake&&) noexcept;
  TlsHandshake& operator=(TlsHandshake&&) noexcept;
  ~TlsHandshake();

  /// The verified stream, or null while under way.
  Result<std::unique_ptr<ByteStream>> advance();
  /// Descriptor and direction; no moment: the deadline is the caller's.
  Wait wait() const;

 private:
  explicit TlsHandshake(std::unique_ptr<TlsWire> wire);
  std::unique_ptr<TlsWire> wire_;
  bool agreed_ = false;  // both sides have finished; ours may still have to leave
};

}  // namespace wsrelay::io
