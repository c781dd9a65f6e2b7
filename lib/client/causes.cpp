#include "client/causes.hpp"

#include <fmt/format.h>

namespace wsrelay::client {

Error pong_timeout(Duration timeout) {
  return {.fault = Fault::PongTimeout,
          .text = fmt::format("no pong within {}", print_duration(timeout)),
          .phase = "ready"};
}

Error idle_timeout(Duration limit) {
  return {.fault = Fault::Timeout,
          .text = fmt::format("idle: no data for {}", print_duration(limit)),
          .phase = "ready"};
}

// In any phase: an upgrade request may be stuck as well as a message.
Error write_timeout(Duration timeout) {
  return {.fault = Fault::WriteTimeout,
          .text = fmt::format("the peer took no bytes for {}", print_duration(timeout))};
}

Error closed(const LastClose& close) {
  std::string text = fmt::format("closed by {} with code {}", close.by, close.code);
  if (!close.reason.empty()) text += ": " + close.reason;
  return {.fault = Fault::ServerClose,
          .text = std::move(text),
          .phase = close.by == "us" ? "closing" : "ready",
          .close_code = close.code};
}

}  // namespace wsrelay::client
