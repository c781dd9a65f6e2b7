// A stream socket as a ByteStream: TCP, or a UNIX socket, which differs in its options alone.
// TcpAttempt is one non-blocking connect; it knows no deadline (drop it), no names, no other
// attempt. Small writes leave at once (TCP_NODELAY): waiting for an ACK would cost 40 ms. A peer
// that vanished is noticed by keep-alive and TCP_USER_TIMEOUT, should nobody above notice earlier.
// The settings do not concern UNIX sockets.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "io/address.hpp"
#include "io/byte_stream.hpp"
#include "io/tcp_settings.hpp"

namespace wsrelay::io {

class TcpStream final : public ByteStream {
 public:
  /// A connected, non-blocking stream socket.
  TcpStream(UniqueFd fd, std::string remote) : fd_(std::move(fd)), remote_(std::move(remote)) {}

  FdId fd() const override { return fd_.id(); }
  Result<Progress> read(std::span<std::byte> buffer) override;
  Result<Progress> write(BytesView bytes) override;
  void shut() override;
  StreamFacts facts() const override { return {.remote = remote_}; }

 private:
  UniqueFd fd_;
  std::string remote_;
};

class TcpAttempt {
 public:
  /// Begins to connect. Errors of this and of advance() are Fault::Tcp and name the address, or
  /// Local and name what cannot be bound to.
  static Result<TcpAttempt> start(const Address& address, const TcpSettings& settings);

  /// The stream, or null while under way: wait for fd() to be writable.
  Result<std::unique_ptr<ByteStream>> advance();
  /// Connected or refused: advance() will say which.
  bool is_settled() const;
  FdId fd() const { return fd_.id(); }

 private:
  TcpAttempt(UniqueFd fd, const Address& address) : fd_(std::move(fd)), address_(address) {}

  UniqueFd fd_;
  Address address_;
};

}  // namespace wsrelay::io
