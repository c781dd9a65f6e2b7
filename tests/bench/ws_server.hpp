// The WebSocket server of the bench: accepts every upgrade, knows its connections by the path they
// asked for, counts (and times) the messages that come, answers pings and closes. A thread of its
// own reads; whoever sends writes from his own thread, whole frames under the connection's lock.
//
//   WsServer server;  …the daemon connects to ws://127.0.0.1:port()/q0…
//   server.pour("/q0", unit, n, deadline);      server.arrivals().wait_for(n, patience, deadline);
//
// Written for speed and for our own daemon as the peer: fragments count with their last frame.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include <netinet/tcp.h>
#include <sys/epoll.h>

#include "arrivals.hpp"
#include "base/digest.hpp"
#include "io/handle.hpp"
#include "outpour.hpp"
#include "process.hpp"

namespace wsrelay::bench {

/// An unmasked text frame (RFC 6455 §5.2: a server MUST NOT mask).
inline Unit ws_unit(std::size_t size) {
  Unit unit;
  unit.bytes += '\x81';
  if (size < 126) {
    unit.bytes += static_cast<char>(size);
  } else if (size < 65536) {
    unit.bytes += '\x7E';
    unit.bytes += static_cast<char>(size >> 8);
    unit.bytes += static_cast<char>(size & 0xFF);
  } else {
    unit.bytes += '\x7F';
    for (int shift = 56; shift >= 0; shift -= 8)
      unit.bytes += static_cast<char>(size >> shift & 0xFF);
  }
  unit.stamp_at = unit.bytes.size();
  unit.bytes += padding(size);
  return unit;
}

class WsServer {
 public:
  WsServer() : listener_(listen_on_loopback(port_)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_.number());
    thread_ = std::thread([this] { serve(); });
  }
  WsServer(const WsServer&) = delete;
  WsServer& operator=(const WsServer&) = delete;
  ~WsServer() {
    stopping_ = true;
    thread_.join();
  }

  unsigned port() const { return port_; }
  Arrivals& arrivals() { return arrivals_; }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return by_path_.size();
  }

  void pour(const std::string& path, const Unit& unit, std::uint64_t count, Nanoseconds deadline) {
    const auto connection = find(path);
    const std::lock_guard lock(connection->writing);
    bench::pour(connection->fd.number(), unit, count, deadline);
  }
  void drip(const std::string& path, const Unit& unit, std::uint64_t count, unsigned per_second,
            Nanoseconds deadline) {
    const auto connection = find(path);
    const std::lock_guard lock(connection->writing);
    bench::drip(connection->fd.number(), unit, count, per_second, deadline);
  }

 private:
  struct Connection {
    io::UniqueFd fd;
    std::string path = {};  // empty until upgraded
    std::string in = {};
    std::mutex writing = {};
  };

  std::shared_ptr<Connection> find(const std::string& path) const {
    const std::lock_guard lock(mutex_);
    const auto found = by_path_.find(path);
    if (found == by_path_.end()) throw Trouble("the daemon has no connection to " + path);
    return found->second;
  }

  void watch(int fd) const {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event);
  }

  void serve() {
    std::array<epoll_event, 64> events;
    while (!stopping_) {
      const int ready = ::epoll_wait(epoll_.number(), events.data(), events.size(), 100);
      for (int i = 0; i < ready; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_.number())
          accept_all();
        else if (const auto found = by_fd_.find(fd); found != by_fd_.end())
          if (!serve(*found->second)) drop(fd);
      }
    }
  }

  /// False: it is over.
  bool serve(Connection& connection) {
    try {
      return read_from(connection);
    } catch (const Trouble&) {
      return false;
    }
  }

  void accept_all() {
    for (;;) {
      io::UniqueFd fd(
          ::accept4(listener_.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
      if (!fd) return;
      const int yes = 1;
      ::setsockopt(fd.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      const int number = fd.number();
      auto connection = std::make_shared<Connection>();
      connection->fd = std::move(fd);
      by_fd_[number] = std::move(connection);
      watch(number);
    }
  }

  void drop(int fd) {
    const auto found = by_fd_.find(fd);
    const std::lock_guard lock(mutex_);
    if (const auto named = by_path_.find(found->second->path);
        named != by_path_.end() && named->second == found->second)
      by_path_.erase(named);
    by_fd_.erase(found);
  }

  bool read_from(Connection& connection) {
    const ssize_t n = ::recv(connection.fd.number(), piece_.data(), piece_.size(), 0);
    if (n <= 0) return n < 0 && (errno == EAGAIN || errno == EINTR);
    connection.in.append(piece_.data(), static_cast<std::size_t>(n));
    if (connection.path.empty()) return upgrade(connection);
    return take_frames(connection, now());
  }

  bool upgrade(Connection& connection) {
    const auto end = connection.in.find("\r\n\r\n");
    if (end == std::string::npos) return true;
    const std::string head = connection.in.substr(0, end + 2);
    connection.in.erase(0, end + 4);
    const std::string path = head.substr(4, head.find(' ', 4) - 4);
    const std::string key = field(head, "sec-websocket-key: ");
    if (key.empty()) return false;
    const std::string accept = base64(sha1(as_bytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
    write_all(connection.fd.number(),
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Accept: " +
                  accept + "\r\n\r\n",
              now() + kSecond);
    connection.path = path;
    const std::lock_guard lock(mutex_);
    by_path_[path] = by_fd_.at(connection.fd.number());
    return true;
  }

  static std::string field(const std::string& head, std::string_view name) {
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    const auto at = std::search(head.begin(), head.end(), name.begin(), name.end(), same);
    if (at == head.end()) return {};
    const auto begin = at + static_cast<std::ptrdiff_t>(name.size());
    return {begin, std::find(begin, head.end(), '\r')};
  }

  bool take_frames(Connection& connection, Nanoseconds time) {
    std::string_view rest = connection.in;
    while (rest.size() >= 6) {
      std::size_t size = rest[1] & 0x7F;
      const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
      if (rest.size() < 6 + extra) break;
      if (extra > 0) size = 0;
      for (std::size_t i = 0; i < extra; ++i)
        size = size << 8 | static_cast<unsigned char>(rest[2 + i]);
      const std::size_t head = 6 + extra;
      if (rest.size() - head < size) break;
      if (!take_frame(connection, rest.substr(0, head), rest.substr(head, size), time))
        return false;
      rest.remove_prefix(head + size);
    }
    connection.in.erase(0, connection.in.size() - rest.size());
    return true;
  }

  bool take_frame(Connection& connection, std::string_view head, std::string_view masked,
                  Nanoseconds time) {
    const int opcode = head[0] & 0x0F;
    const bool last = (head[0] & 0x80) != 0;
    const auto unmasked = [&](std::size_t size) {
      std::string text(masked.substr(0, size));
      for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(text[i] ^ head[head.size() - 4 + i % 4]);
      return text;
    };
    if (opcode < 8) {
      if (last && arrivals_.stamped())
        arrivals_.note(unmasked(kStampBytes), time);
      else if (last)
        arrivals_.note({}, time);
      return true;
    }
    if (opcode == 10) return true;
    const std::string payload = unmasked(masked.size());
    std::string answer{static_cast<char>(0x80 | (opcode == 9 ? 10 : 8)),
                       static_cast<char>(payload.size())};
    const std::lock_guard lock(connection.writing);
    write_all(connection.fd.number(), answer + payload, now() + kSecond);
    return opcode == 9;
  }

  unsigned port_ = 0;
  io::UniqueFd listener_;
  io::UniqueFd epoll_;
  Arrivals arrivals_;
  std::atomic<bool> stopping_ = false;
  std::unordered_map<int, std::shared_ptr<Connection>> by_fd_;  // the thread's alone
  std::array<char, 256 * 1024> piece_;
  mutable std::mutex mutex_;  // guards by_path_
  std::map<std::string, std::shared_ptr<Connection>> by_path_;
  std::thread thread_;
};

}  // namespace wsrelay::bench
