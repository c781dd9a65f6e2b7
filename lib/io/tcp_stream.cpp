#include "io/tcp_stream.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

namespace wsrelay::io {
namespace {

constexpr int kKeepIdle = 60, kKeepInterval = 15, kKeepCount = 4;  // seconds, seconds, probes
constexpr unsigned kUserTimeout = 60'000;  // ms that sent data may stay unacknowledged

template <class T>
void set(int fd, int level, int option, T value) {
  // Every one of them is a wish: a kernel that refuses it still has a working connection.
  setsockopt(fd, level, option, &value, sizeof value);
}

void set_tcp_options(int fd) {
  set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdle);
  set(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepInterval);
  set(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepCount);
  set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, kUserTimeout);
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

Result<TcpAttempt> TcpAttempt::start(const Address& address) {
  UniqueFd fd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return fail_errno(Fault::Local, "cannot open a socket", errno);
  if (address.family() != AF_UNIX) set_tcp_options(fd.number());
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
