// The Dialer of real life: names by Resolver, happy eyeballs over TCP, the proxy's consent, TLS
// where the scheme says so. With a proxy the first two lead to the proxy, and its name is the only
// one that is resolved here. IP literals and UNIX sockets ask no resolver. Each phase has its own
// deadline. An error has the phase in which it arose, and up to the proxy's consent its text
// names the proxy.
#pragma once

#include "io/dialer.hpp"
#include "io/resolver.hpp"
#include "io/tls_context.hpp"

namespace wsrelay::io {

class NetDialer final : public Dialer {
 public:
  /// All three must outlive the dialer and every Dial it made.
  NetDialer(Loop& loop, Resolver& resolver, TlsContexts& contexts)
      : loop_(loop), resolver_(resolver), contexts_(contexts) {}

  std::unique_ptr<Dial> dial(DialTarget target, const Registration& owner, Instant now) override;

 private:
  Loop& loop_;
  Resolver& resolver_;
  TlsContexts& contexts_;
};

}  // namespace wsrelay::io
