// A stream whose conversation is over, on its way out. RFC 6455 §7.1.1: the client waits for the
// server to close the TCP connection first. What still comes is read and forgotten: a socket that
// is closed with bytes unread is reset, and the reset may overtake our Close.
#pragma once

#include <memory>

#include "io/byte_stream.hpp"
#include "io/task.hpp"

namespace wsrelay::client {

class Farewell {
 public:
  /// `stream` is shut already, and nothing waits to be written.
  Farewell(std::unique_ptr<io::ByteStream> stream, Instant now);

  /// True when the server has closed, the stream broke, or a second has passed.
  bool is_over(const io::Turn& turn);
  io::Wait wait() const;

 private:
  std::unique_ptr<io::ByteStream> stream_;
  Instant deadline_;
};

}  // namespace wsrelay::client
