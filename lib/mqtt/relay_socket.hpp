// Our end of a UNIX stream pair whose other end is libmosquitto's, in this same process: it
// connects only to addresses, and its own ways to a broker block on DNS and TCP. The address is a
// path in a private directory and stands there only from listen() to accept().
//
//   auto socket = RelaySocket::listen(directory);   // then libmosquitto connects to socket.path()
//   socket.accept();                                // peer checked, path gone
//   socket.read(…), socket.write(…)                 // never wait
//
// Knows nothing of MQTT. Errors are Fault::Local.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "io/handle.hpp"

namespace wsrelay::mqtt {

class RelaySocket {
 public:
  /// `directory` must be ours and closed to everybody else (mode 0700).
  static Result<RelaySocket> listen(const std::string& directory);
  RelaySocket(RelaySocket&& other) noexcept;
  RelaySocket& operator=(RelaySocket&&) = delete;
  ~RelaySocket();

  const std::string& path() const { return path_; }
  /// Takes the connection that is waiting and removes the path; an error if it is not this
  /// process's.
  Result<void> accept();

  /// Bytes read; 0: nothing now, or the other end is closed (libmosquitto says so itself).
  Result<std::size_t> read(std::span<std::byte> buffer);
  /// Bytes written; 0: no room now.
  Result<std::size_t> write(BytesView bytes);

 private:
  RelaySocket(io::UniqueFd listener, std::string path);
  void remove_path();

  io::UniqueFd listener_;
  io::UniqueFd peer_;
  std::string path_;
};

/// Bytes that wait to be read from a socket.
std::size_t unread_bytes(int fd);

}  // namespace wsrelay::mqtt
