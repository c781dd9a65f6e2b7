#include "mqtt/relay_socket.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace wsrelay::mqtt {
namespace {

Result<void> check_directory(const std::string& directory) {
  struct stat facts {};
  if (::stat(directory.c_str(), &facts) != 0)
    return fail_errno(Fault::Local, fmt::format("cannot use the directory {}", directory), errno);
  if (!S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid() || (facts.st_mode & 077) != 0)
    return fail(Fault::Local,
                fmt::format("{} must be a directory of this user with mode 0700", directory));
  return {};
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof(address.sun_path))
    return fail(Fault::Local, fmt::format("the path {} is too long for a socket", path));
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

}  // namespace

RelaySocket::RelaySocket(io::UniqueFd listener, std::string path)
    : listener_(std::move(listener)), path_(std::move(path)) {}
RelaySocket::RelaySocket(RelaySocket&& other) noexcept
    : listener_(std::move(other.listener_)),
      peer_(std::move(other.peer_)),
      path_(std::exchange(other.path_, {})) {}
RelaySocket::~RelaySocket() {
  remove_path();
}

void RelaySocket::remove_path() {
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
}

Result<RelaySocket> RelaySocket::listen(const std::string& directory) {
  if (auto checked = check_directory(directory); !checked) return tl::unexpected(checked.error());
  static std::atomic<unsigned> count{0};
  std::string path = fmt::format("{}/mqtt-{}-{}", directory, ::getpid(), ++count);
  const auto address = address_of(path);
  if (!address) return tl::unexpected(address.error());

  ::unlink(path.c_str());  // a process of the same number may have died here
  io::UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return fail_errno(Fault::Local, "cannot make the relay's socket", errno);
  if (::bind(listener.number(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) !=
      0)
    return fail_errno(Fault::Local, fmt::format("cannot make the socket {}", path), errno);
  RelaySocket socket(std::move(listener), std::move(path));
  if (::listen(socket.listener_.number(), 1) != 0)
    return fail_errno(Fault::Local, "cannot listen on the relay's socket", errno);
  return socket;
}

Result<void> RelaySocket::accept() {
  peer_ =
      io::UniqueFd(::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  const int number = errno;
  listener_.reset();
  remove_path();
  if (!peer_) return fail_errno(Fault::Local, "libmosquitto did not reach the relay", number);
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(peer_.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return fail_errno(Fault::Local, "cannot tell who reached the relay", errno);
  if (peer.pid != ::getpid() || peer.uid != ::geteuid())
    return fail(Fault::Local, fmt::format("process {} reached the relay first", peer.pid));
  return {};
}

Result<std::size_t> RelaySocket::read(std::span<std::byte> buffer) {
  const ssize_t count = ::recv(peer_.number(), buffer.data(), buffer.size(), 0);
  if (count >= 0) return static_cast<std::size_t>(count);
  // libmosquitto may close its end with our bytes unread; what it means it says itself.
  if (errno == EAGAIN || errno == EINTR || errno == ECONNRESET) return std::size_t{0};
  return fail_errno(Fault::Local, "cannot read from libmosquitto", errno);
}

Result<std::size_t> RelaySocket::write(BytesView bytes) {
  const ssize_t count = ::send(peer_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno == EAGAIN || errno == EINTR || errno == EPIPE || errno == ECONNRESET)
    return std::size_t{0};
  return fail_errno(Fault::Local, "cannot write to libmosquitto", errno);
}

std::size_t unread_bytes(int fd) {
  int count = 0;
  return ::ioctl(fd, FIONREAD, &count) == 0 && count > 0 ? static_cast<std::size_t>(count) : 0;
}

}  // namespace wsrelay::mqtt
