// The opening handshake (RFC 6455 §4.1–4.2) as two pure functions around a key: the request we
// send, and the judgement of a complete answer. Knows no time and no bytes in pieces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "ws/extension.hpp"
#include "ws/response_head.hpp"
#include "ws/session.hpp"

namespace wsrelay::ws {

/// 16 random bytes in base64: Sec-WebSocket-Key.
std::string new_upgrade_key(Random& random);
/// What a server that read our key answers: Sec-WebSocket-Accept (§4.2.2).
std::string accept_for(std::string_view key);

/// Fails with Fault::Local if a setting could break out of its line; values are not repeated.
Result<std::string> upgrade_request(const SessionSettings& settings, std::string_view key);

/// What an answer is judged against.
struct Offered {
  std::vector<std::string> subprotocols = {};
  bool subprotocol_required = false;
  DeflateSettings deflate = {};
};
struct Agreement {
  std::string subprotocol = {};
  Extensions extensions = {};
};
/// Fault::Http for any other status than 101, Fault::Protocol for a 101 that is not an answer to
/// us.
Result<Agreement> judge_answer(const ResponseHead& head, std::string_view key,
                               const Offered& offered);

}  // namespace wsrelay::ws
