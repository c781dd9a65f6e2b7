// What happens to an instance, as the MQTT interface tells it under …/event/. A value that views
// what the client said: it is over when the call is.
#pragma once

#include <cstdint>
#include <string_view>

#include "client/client.hpp"

namespace wsrelay::bridge {

struct Event {
  enum class Kind : std::uint8_t {
    Begin,       // a client comes to life
    Connecting,  // an attempt begins
    Headers,     // the server answered the upgrade, well or not
    Connected,
    Disconnected,  // an open session is over, …
    Closed,        // … and in an orderly way
    Error,         // why an attempt or a session failed; a late Pong, too
    Finish,        // no further attempt: stopped or failed
    Dropped,       // messages are being dropped
  };
  Kind kind;
  const wsrelay::Error* error = nullptr;            // Error
  int status = 0;                                   // Headers: of HTTP
  const client::Client::Fields* headers = nullptr;  // Headers
};

constexpr std::string_view name_of(Event::Kind kind) {
  constexpr std::string_view kNames[] = {"begin",     "connecting",   "headers",
                                         "connected", "disconnected", "closed",
                                         "error",     "finish",       "dropped"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace wsrelay::bridge
