#include "io/proxy_handshake.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wsrelay::io {
namespace {

// What breaks while one talks to the proxy is the proxy's fault, whatever the layer.
tl::unexpected<Error> broken(Error error) {
  error.fault = Fault::Proxy;
  return tl::unexpected(std::move(error));
}

}  // namespace

Result<ProxyHandshake> ProxyHandshake::start(std::unique_ptr<ByteStream> lower, const Proxy& proxy,
                                             const Url& destination) {
  const auto with = [&](auto dialogue) -> Result<ProxyHandshake> {
    if (!dialogue) return tl::unexpected(dialogue.error());
    return ProxyHandshake(std::move(lower), std::move(*dialogue));
  };
  if (proxy.url.scheme == "http") return with(HttpConnect::begin(proxy, destination));
  if (proxy.url.scheme == "socks5") return with(Socks5::begin(proxy, destination));
  return fail(Fault::Local, fmt::format("{} is no protocol of proxies", proxy.url.scheme));
}

Result<std::unique_ptr<ByteStream>> ProxyHandshake::advance() {
  const auto agreed = std::visit([&](auto& dialogue) { return advance(dialogue); }, dialogue_);
  if (!agreed) return tl::unexpected(agreed.error());
  return *agreed ? std::move(lower_) : nullptr;
}

// True when the proxy has agreed; false when the stream has to be waited for.
template <class Protocol>
Result<bool> ProxyHandshake::advance(Protocol& dialogue) {
  while (!dialogue.is_agreed()) {
    const auto moved = dialogue.output().empty() ? hear(dialogue) : say(dialogue);
    if (!moved || !*moved) return moved;
  }
  return true;
}

template <class Protocol>
Result<bool> ProxyHandshake::say(Protocol& dialogue) {
  const auto progress = lower_->write(dialogue.output());
  if (!progress) return broken(progress.error());
  wants_ = *progress;
  dialogue.output_taken(progress->bytes);
  return progress->bytes > 0;
}

template <class Protocol>
Result<bool> ProxyHandshake::hear(Protocol& dialogue) {
  std::array<std::byte, 512> buffer{};
  const auto progress =
      lower_->read(std::span(buffer).first(std::min(buffer.size(), dialogue.wants())));
  if (!progress) return broken(progress.error());
  wants_ = *progress;
  if (progress->end) return fail(Fault::Proxy, "it closed the connection without an answer");
  if (progress->bytes == 0) return false;
  const auto fine = dialogue.receive(BytesView(buffer).first(progress->bytes));
  if (!fine) return tl::unexpected(fine.error());
  return true;
}

Wait ProxyHandshake::wait() const {
  return {.fd = lower_->fd(), .readable = wants_.wants_readable, .writable = wants_.wants_writable};
}

}  // namespace wsrelay::io
