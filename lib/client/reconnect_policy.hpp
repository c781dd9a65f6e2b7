// What to do after an attempt or a session has ended: pure, what happened goes in and a decision
// comes out. The settings' rules first; else the built-in table:
//
//   reconnect.enabled is false; a clean Close by the server while on_clean_close is false    fail
//   HTTP 429 and 503 with Retry-After         so long (at most max_retry_after), never less than
//   usual HTTP 401 403 404 407 410; a certificate that is not trusted; close code 1008      long:
//   the cap close codes 1012 and 1013                                5 to 10 s, never less than
//   usual everything else                                          usual: the backoff's draw (full
//   jitter)
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "base/random.hpp"
#include "client/settings.hpp"

namespace wsrelay::client {

/// How it ended.
struct Ending {
  Error error = {};                         // a clean Close is Fault::ServerClose
  std::optional<std::uint16_t> close = {};  // of an open session: the server's code, else 1006
  bool clean = false;                       // the server began, and both Closes were seen
  std::optional<Duration> retry_after = {};
  Duration ready_for = Duration::zero();
  bool refreshed = false;  // the attempt came of a Refresh
};

struct Decision {
  ReconnectRule::Action action = ReconnectRule::Action::Wait;
  Duration delay = Duration::zero();  // not for Fail
};

/// `usual`: the backoff's draw for this failure. A Refresh comes at once, but only the first in a
/// row: until another end, or until a session was ready for `stable_after`.
Decision decide(const Ending& ending, const Reconnect& reconnect, Duration usual, Random& random);

}  // namespace wsrelay::client
