#include "io/address.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace wsrelay::io {

std::optional<Address> Address::from_literal(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1)
    return from(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1)
    return from(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  return std::nullopt;
}

std::optional<Address> Address::from_path(const std::string& path) {
  sockaddr_un un{};
  if (path.empty() || path.size() >= sizeof un.sun_path) return std::nullopt;
  un.sun_family = AF_UNIX;
  std::copy(path.begin(), path.end(), un.sun_path);
  return from(reinterpret_cast<const sockaddr*>(&un),
              static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1));
}

Address Address::from(const sockaddr* address, socklen_t length) {
  Address copy;
  copy.length = std::min<socklen_t>(length, sizeof copy.storage);
  std::memcpy(&copy.storage, address, copy.length);
  return copy;
}

std::string Address::text() const {
  if (family() == AF_UNIX) return reinterpret_cast<const sockaddr_un*>(&storage)->sun_path;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (getnameinfo(get(), length, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return "?";
  return family() == AF_INET6 ? fmt::format("[{}]:{}", host.data(), port.data())
                              : fmt::format("{}:{}", host.data(), port.data());
}

}  // namespace wsrelay::io
