// Why a conversation ended, where it was neither the server's bytes nor the stream that said so:
// the sentences for people, and what the figures beside them are.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "client/status.hpp"

namespace wsrelay::client {

Error pong_timeout(Duration timeout);
Error idle_timeout(Duration limit);
Error write_timeout(Duration timeout);
/// A clean close is no fault, but it is why we rest.
Error closed(const LastClose& close);

}  // namespace wsrelay::client
