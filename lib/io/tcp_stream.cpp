#include "io/tcp_stream.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace wsrelay::io {
namespace {

constexpr int kMostSeconds = 32767, kMostProbes = 127;       // what the kernel takes
constexpr Duration kUserTimeout = std::chrono::seconds(60);  // without keep-alive

template <class T>
void set(int fd, int level, int option, T value) {
  // Every one of them is a wish: a kernel that refuses it still has a working connection.
  setsockopt(fd, level, option, &value, sizeof value);
}

int whole_seconds(Duration span) {
  return static_cast<int>(std::clamp<std::int64_t>(
      std::chrono::ceil<std::chrono::seconds>(span).count(), 1, kMostSeconds));
}

void set_tcp_options(int fd, const TcpKeepalive& keepalive) {
  const int idle = whole_seconds(keepalive.idle), interval = whole_seconds(keepalive.interval);
  const int count = static_cast<int>(std::clamp<std::size_t>(keepalive.count, 1, kMostProbes));
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, keepalive.enabled ? 1 : 0);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, count);
  // How long sent data may stay unacknowledged. It also takes the place of the number of probes
  // (tcp(7)), so it has to be as patient as they are.
  const std::chrono::milliseconds patience =
      keepalive.enabled ? std::chrono::seconds(idle + interval * count)
                        : std::chrono::duration_cast<std::chrono::milliseconds>(kUserTimeout);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<unsigned>(patience.count()));
}

// These are no wishes: who asks for a way out wants no other.
Result<void> bind_interface(int fd, const std::string& name) {
  // The kernel would cut a longer name and take the interface that is called so.
  const int rc = name.size() < IFNAMSIZ ? setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name.data(),
                                                     static_cast<socklen_t>(name.size()))
                                        : (errno = ENODEV, -1);
  if (rc == 0) return {};
  return fail_errno(Fault::Local, fmt::format("cannot bind to the interface {}", name), errno);
}

Result<void> bind_address(int fd, const std::string& literal) {
  const auto address = Address::from_literal(literal, 0);
  if (!address) return fail(Fault::Local, fmt::format("cannot bind to {}: no address", literal));
  // The port is chosen by connect(), which knows the destination: one port then serves many.
  set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
  if (::bind(fd, address->get(), address->length) == 0) return {};
  return fail_errno(Fault::Local, fmt::format("cannot bind to the address {}", literal), errno);
}

Result<void> prepare(int fd, const TcpSettings& settings) {
  set_tcp_options(fd, settings.keepalive);
  if (!settings.bind_interface.empty())
    if (auto bound = bind_interface(fd, settings.bind_interface); !bound) return bound;
  if (!settings.bind_address.empty()) return bind_address(fd, settings.bind_address);
  return {};
}

bool would_block(int number) {
  return number == EAGAIN || number == EWOULDBLOCK;
}

auto refuse(const Address& address, int number) {
  return fail_errno(Fault::Tcp, fmt::format("cannot connect to {}", address.text()), number);
}

}  // namespace

Result<Progress> TcpStream::read(std::span<std::byte> buffer) {
  ssize_t count = 0;
  do count = ::recv(fd_.number(), buffer.data(), buffer.size(), 0);
  while (count < 0 && errno == EINTR);
  if (count > 0) return Progress{.bytes = static_cast<std::size_t>(count)};
  if (count == 0) return Progress{.end = !buffer.empty()};
  if (would_block(errno)) return Progress{.wants_readable = true};
  return fail_errno(Fault::Tcp, "cannot receive", errno);
}

Result<Progress> TcpStream::write(BytesView bytes) {
  ssize_t count = 0;
  do count = ::send(fd_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (count < 0 && errno == EINTR);
  if (count >= 0) return Progress{.bytes = static_cast<std::size_t>(count)};
  if (would_block(errno)) return Progress{.wants_writable = true};
  return fail_errno(Fault::Tcp, "cannot send", errno);
}

void TcpStream::shut() {
  ::shutdown(fd_.number(), SHUT_WR);
}

Result<TcpAttempt> TcpAttempt::start(const Address& address, const TcpSettings& settings) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(Fault::Local, "cannot open a socket", errno);
  if (address.family() != AF_UNIX)
    if (const auto prepared = prepare(fd.number(), settings); !prepared)
      return tl::unexpected(prepared.error());
  // EAGAIN is a UNIX socket whose backlog is full: there is nothing to wait for, so it has failed.
  if (::connect(fd.number(), address.get(), address.length) != 0 && errno != EINPROGRESS)
    return refuse(address, errno);
  return TcpAttempt(std::move(fd), address);
}

bool TcpAttempt::is_settled() const {
  pollfd ready{.fd = fd_.number(), .events = POLLOUT, .revents = 0};
  return ::poll(&ready, 1, 0) > 0;
}

Result<std::unique_ptr<ByteStream>> TcpAttempt::advance() {
  if (!is_settled()) return nullptr;
  int number = 0;
  socklen_t length = sizeof number;
  if (::getsockopt(fd_.number(), SOL_SOCKET, SO_ERROR, &number, &length) != 0) number = errno;
  if (number != 0) return refuse(address_, number);
  return std::make_unique<TcpStream>(std::move(fd_), address_.text());
}

}  // namespace wsrelay::io
