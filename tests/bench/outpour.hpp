// Sending, the same for both protocols: one encoded unit, many times, either as fast as the socket
// takes it (large writes) or at a fixed rate (one write each, stamped).
#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include <poll.h>
#include <sys/socket.h>

#include "arrivals.hpp"
#include "clock.hpp"

namespace wsrelay::bench {

/// One message with its head, ready for the wire.
struct Unit {
  std::string bytes;
  std::size_t stamp_at = 0;  // where its payload begins
};

inline std::string padding(std::size_t size) {
  std::string text(size, 'x');
  write_stamp(text.data(), 0);
  return text;
}

/// All of it, waiting for room as needed. The descriptor may block or not.
inline void write_all(int fd, std::string_view bytes, Nanoseconds deadline) {
  while (!bytes.empty()) {
    const ssize_t written = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR)
      throw Trouble(std::string("a sender's connection broke: ") + std::strerror(errno));
    if (now() >= deadline) throw Trouble("the receiver stopped reading");
    pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
    ::poll(&wait, 1, 100);
  }
}

inline void pour(int fd, const Unit& unit, std::uint64_t count, Nanoseconds deadline) {
  const std::uint64_t per_block = std::max<std::uint64_t>(1, 256 * 1024 / unit.bytes.size());
  std::string block;
  for (std::uint64_t i = 0; i < std::min(count, per_block); ++i) block += unit.bytes;
  for (std::uint64_t sent = 0; sent < count;) {
    const std::uint64_t some = std::min(count - sent, per_block);
    write_all(fd, std::string_view(block).substr(0, some * unit.bytes.size()), deadline);
    sent += some;
  }
}

inline void drip(int fd, Unit unit, std::uint64_t count, unsigned per_second,
                 Nanoseconds deadline) {
  const Nanoseconds step = kSecond / per_second;
  Nanoseconds due = now();
  for (std::uint64_t sent = 0; sent < count; ++sent, due += step) {
    const timespec until{.tv_sec = due / kSecond, .tv_nsec = due % kSecond};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    write_stamp(unit.bytes.data() + unit.stamp_at, now());
    write_all(fd, unit.bytes, deadline);
  }
}

}  // namespace wsrelay::bench
