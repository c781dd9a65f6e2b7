// How a connection is doing: levels that can be asked for at any time, not events. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/byte_stream.hpp"
#include "ws/deflate_settings.hpp"

namespace wsrelay::client {

enum class State : std::uint8_t {
  Resolving,
  Connecting,
  Tls,
  Upgrading,
  Ready,
  Closing,
  Resting,
  Failed,  // a rule said so: start() or new settings begin anew
  Stopped,
};
std::string_view name_of(State state);

struct LastClose {
  std::uint16_t code = 1006;
  std::string reason = {};
  bool clean = false;               // both Close frames were seen
  std::string_view by = "network";  // us, server, network
};

/// All that can be asked about a connection.
struct Status {
  State state = State::Resting;
  unsigned attempt = 0;                   // attempts since the last Ready
  Instant next_attempt = Instant::max();  // while Resting
  io::StreamFacts stream = {};
  std::string subprotocol = {};
  std::string extensions = {};
  std::optional<Duration> rtt = {};
  ws::CompressionCount compression = {};  // since the client was made
  std::optional<LastClose> last_close = {};
  std::optional<Error> last_error = {};
};

}  // namespace wsrelay::client
