#include "ws/extension.hpp"

namespace wsrelay::ws {

Result<Extensions> agree_on_extensions(const Fields& answer) {
  for (const auto& [name, value] : answer)
    // §4.1: an extension "not present in the client's handshake": "the client MUST _Fail_".
    if (same_word(name, "Sec-WebSocket-Extensions"))
      return fail(Fault::Protocol, "the server chose an extension that was not offered");
  return Extensions{};
}

}  // namespace wsrelay::ws
