// What one attempt is made of: the settings with every secret read anew and every value checked,
// so that a token that was renewed, or a header file that was spoilt, is noticed each time.
// Errors are Fault::Local; they name the setting and the secret's place, never its value.
#pragma once

#include "base/error.hpp"
#include "client/redirect.hpp"
#include "client/settings.hpp"
#include "io/dialer.hpp"
#include "io/secrets.hpp"
#include "ws/session.hpp"

namespace wsrelay::client {

struct Attempt {
  io::DialTarget target;
  ws::SessionSettings session;
};

/// On a foreign hop these stay behind: the login, the fields Authorization, Cookie and Proxy-…,
/// every field whose value is the reference of a secret; `query`; our certificate; the TLS names,
/// which are the other server's.
Result<Attempt> prepare_attempt(const Settings& settings, const Hop& hop,
                                const io::Secrets& secrets);

/// Of the settings what an attempt, and then a session, may be told while it is under way.
io::DialTimeouts dial_timeouts(const Timeouts& timeouts);
ws::SessionLimits session_limits(const Settings& settings);
/// The same to a session that has not begun.
void apply_limits(const Settings& settings, ws::SessionSettings& session);

}  // namespace wsrelay::client
