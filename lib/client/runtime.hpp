// Everything a Client needs, ready-made, for programs that want no wiring: a loop, names, TLS,
// secrets, chance, and a limit on how often attempts start. One for all clients of a thread.
//
//   auto runtime = client::Runtime::open();
//   client::Client client(settings, (*runtime)->services(), listener);
//   return (*runtime)->run();   // until exit(code)
//
// open(event) rides on an sd_event of yours instead; then you run that, and not run().
// Must outlive its clients and timers. Blocks no signal and installs no handler.
#pragma once

#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/random.hpp"
#include "client/client.hpp"
#include "client/start_rate.hpp"
#include "io/net_dialer.hpp"
#include "io/resolver.hpp"
#include "io/sd_loop.hpp"
#include "io/secrets.hpp"
#include "io/tls_context.hpp"

struct sd_event;

namespace wsrelay::client {

class Runtime {
 public:
  /// `event` is referenced, not owned. `credentials`: the directory behind {credential: NAME}.
  /// The error is Fault::Local.
  static Result<std::unique_ptr<Runtime>> open(sd_event* event = nullptr,
                                               std::string credentials = {});
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  Services services();
  io::SdLoop& loop() { return *loop_; }
  io::Secrets& secrets() { return secrets_; }  // to take some from the environment
  io::TlsContexts& tls() { return tls_; }      // to read keys in tokens anew
  StartRate& starts() { return starts_; }

  int run() { return loop_->run(); }
  void exit(int code) { loop_->exit(code); }

 private:
  Runtime(std::unique_ptr<io::SdLoop> loop, std::string credentials);

  std::unique_ptr<io::SdLoop> loop_;
  io::Secrets secrets_;
  io::Resolver resolver_;
  io::TlsContexts tls_;
  io::NetDialer dialer_;
  SystemRandom random_;
  StartRate starts_;
};

}  // namespace wsrelay::client
