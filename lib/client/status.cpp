#include "client/status.hpp"

namespace wsrelay::client {

std::string_view name_of(State state) {
  switch (state) {
    case State::Resolving:
      return "resolving";
    case State::Connecting:
      return "connecting";
    case State::Tls:
      return "tls";
    case State::Upgrading:
      return "upgrading";
    case State::Ready:
      return "ready";
    case State::Closing:
      return "closing";
    case State::Resting:
      return "resting";
    case State::Failed:
      return "failed";
    case State::Stopped:
      return "stopped";
  }
  return "stopped";
}

}  // namespace wsrelay::client
