// The Dialer of real life: names by Resolver, happy eyeballs over TCP, TLS where the scheme says
// so. IP literals and UNIX sockets ask no resolver. Each phase has its own deadline; the one that
// ran out stands in the error's `phase`.
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
