// A socket address as a value: IPv4 or IPv6 with its port, or the path of a UNIX socket.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/socket.h>

namespace wsrelay::io {

struct Address {
  sockaddr_storage storage = {};
  socklen_t length = 0;

  /// From a literal ("192.0.2.1", "2001:db8::1"); nothing if it is a name.
  static std::optional<Address> from_literal(const std::string& host, std::uint16_t port);
  /// Nothing if the path is too long for a socket.
  static std::optional<Address> from_path(const std::string& path);
  static Address from(const sockaddr* address, socklen_t length);

  int family() const { return storage.ss_family; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// "192.0.2.1:443", "[2001:db8::1]:443", or the path
  std::string text() const;

  friend bool operator==(const Address& a, const Address& b) { return a.text() == b.text(); }
};

}  // namespace wsrelay::io
