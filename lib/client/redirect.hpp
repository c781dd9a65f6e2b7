// Where a refused upgrade sends us instead (RFC 9110 §15.4): pure, an address and an answer go in,
// the next address or a refusal comes out. At most five hops in a row; never from wss to ws.
// http and https mean ws and wss, as they do on the way in (RFC 6455 §4.1). A fragment is dropped.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/url.hpp"

namespace wsrelay::client {

/// One attempt of a chain: where it goes, and how it came there.
struct Hop {
  Url url;
  unsigned followed = 0;  // redirects before it
  /// Scheme, host or port differ from the address that was set, now or earlier in the chain: what
  /// belongs to that origin (logins, cookies, secrets, certificates) does not go along. Also from
  /// ws to wss on the same host: it is another port.
  bool foreign = false;
};

/// 301 302 303 307 308.
bool is_redirect(int status);

/// The next hop; an error is Fault::Http with the status.
Result<Hop> follow(const Hop& from, int status,
                   const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace wsrelay::client
