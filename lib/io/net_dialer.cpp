#include "io/net_dialer.hpp"

#include <optional>
#include <variant>

#include <fmt/format.h>

#include "io/connect_race.hpp"
#include "io/tls_stream.hpp"

namespace wsrelay::io {
namespace {

Error timeout(DialPhase phase, std::string text) {
  return {.fault = Fault::Timeout, .text = std::move(text), .phase = std::string(name_of(phase))};
}

class NetDial final : public Dial {
 public:
  NetDial(DialTarget target, Loop& loop, const Registration& owner, TlsContexts& contexts)
      : target_(std::move(target)), loop_(loop), owner_(owner), contexts_(contexts) {}

  void begin(Resolver& resolver, Instant now);
  Result<std::unique_ptr<ByteStream>> advance(Instant now) override;
  DialPhase phase() const override { return static_cast<DialPhase>(state_.index()); }
  Wait wait() const override;

 private:
  // One type per state, in the order of DialPhase; each owns what exists while it lasts.
  struct Resolving {
    Resolver::Query query;
  };
  struct Connecting {
    std::unique_ptr<ConnectRace> race;
  };
  struct Securing {
    TlsHandshake handshake;
  };
  using Outcome = Result<std::unique_ptr<ByteStream>>;  // null: stay, or the state has changed

  Outcome advance(Resolving& resolving, Instant now);
  Outcome advance(Connecting& connecting, Instant now);
  Outcome advance(Securing& securing, Instant now);
  void connect(const Addresses& addresses, Instant now);
  Outcome secure(std::unique_ptr<ByteStream> stream, Instant now);

  DialTarget target_;
  Loop& loop_;
  const Registration& owner_;
  TlsContexts& contexts_;
  std::variant<Resolving, Connecting, Securing> state_;
  Instant deadline_ = Instant::max();
};

void NetDial::begin(Resolver& resolver, Instant now) {
  const Url& url = target_.url;
  const auto known = url.scheme == "unix" ? Address::from_path(url.target)
                                          : Address::from_literal(url.host, url.port);
  if (known) return connect({*known}, now);
  state_ = Resolving{resolver.query(url.host, url.port, owner_)};
  deadline_ = after(now, target_.dns_timeout);
}

Result<std::unique_ptr<ByteStream>> NetDial::advance(Instant now) {
  for (;;) {
    const std::size_t before = state_.index();
    auto outcome = std::visit([&](auto& state) { return advance(state, now); }, state_);
    if (!outcome || *outcome != nullptr || state_.index() == before) return outcome;
  }
}

Wait NetDial::wait() const {
  Wait wait;
  if (const auto* connecting = std::get_if<Connecting>(&state_))
    wait.until = connecting->race->next_moment();
  if (const auto* securing = std::get_if<Securing>(&state_)) wait = securing->handshake.wait();
  wait.until = std::min(wait.until, deadline_);
  return wait;
}

NetDial::Outcome NetDial::advance(Resolving& resolving, Instant now) {
  const Result<Addresses>* answer = resolving.query.answer();
  if (answer == nullptr && now >= deadline_)
    return tl::unexpected(timeout(
        DialPhase::Resolving, fmt::format("no answer from the resolver for {} within {}",
                                          target_.url.host, print_duration(target_.dns_timeout))));
  if (answer == nullptr) return nullptr;
  if (!*answer) return tl::unexpected(answer->error());
  connect(Addresses(**answer), now);  // a copy: the query ends with its state
  return nullptr;
}

void NetDial::connect(const Addresses& addresses, Instant now) {
  state_ = Connecting{std::make_unique<ConnectRace>(loop_, owner_, interleaved(addresses), now)};
  deadline_ = after(now, target_.connect_timeout);
}

NetDial::Outcome NetDial::advance(Connecting& connecting, Instant now) {
  auto stream = connecting.race->advance(now);
  if (!stream) return stream;
  if (*stream != nullptr)
    return target_.url.secure() ? secure(std::move(*stream), now) : std::move(stream);
  if (now >= deadline_)
    return tl::unexpected(
        timeout(DialPhase::Connecting,
                fmt::format("no connection to {} within {}", connecting.race->under_way(),
                            print_duration(target_.connect_timeout))));
  return nullptr;
}

NetDial::Outcome NetDial::secure(std::unique_ptr<ByteStream> stream, Instant now) {
  const auto context = contexts_.context(target_.tls);
  if (!context) return tl::unexpected(context.error());
  const TlsPeer peer{
      .name = target_.tls.server_name.empty() ? target_.url.host : target_.tls.server_name,
      .verify = target_.tls.verify,
      .alpn = target_.url.scheme == "wss" ? "http/1.1" : ""};
  auto handshake = TlsHandshake::start(std::move(stream), *context, peer);
  if (!handshake) return tl::unexpected(handshake.error());
  state_ = Securing{std::move(*handshake)};
  deadline_ = after(now, target_.tls_timeout);
  return nullptr;
}

NetDial::Outcome NetDial::advance(Securing& securing, Instant now) {
  auto stream = securing.handshake.advance();
  if (stream && *stream == nullptr && now >= deadline_)
    return tl::unexpected(timeout(
        DialPhase::Tls,
        fmt::format("no end of the TLS handshake within {}", print_duration(target_.tls_timeout))));
  return stream;
}

}  // namespace

std::unique_ptr<Dial> NetDialer::dial(DialTarget target, const Registration& owner, Instant now) {
  auto dial = std::make_unique<NetDial>(std::move(target), loop_, owner, contexts_);
  dial->begin(resolver_, now);
  return dial;
}

}  // namespace wsrelay::io
