#include "client/runtime.hpp"

namespace wsrelay::client {

Runtime::Runtime(std::unique_ptr<io::SdLoop> loop, std::string credentials)
    : loop_(std::move(loop)),
      secrets_(std::move(credentials)),
      resolver_(*loop_),
      dialer_(*loop_, resolver_, tls_),
      starts_(StartRate::Settings()) {}

Result<std::unique_ptr<Runtime>> Runtime::open(sd_event* event, std::string credentials) {
  auto loop = io::SdLoop::open(event);
  if (!loop) return tl::unexpected(std::move(loop.error()));
  return std::unique_ptr<Runtime>(new Runtime(std::move(*loop), std::move(credentials)));
}

Services Runtime::services() {
  return {.loop = *loop_,
          .dialer = dialer_,
          .secrets = secrets_,
          .random = random_,
          .starts = &starts_};
}

}  // namespace wsrelay::client
