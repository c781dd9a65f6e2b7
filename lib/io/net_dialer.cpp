#include "io/net_dialer.hpp"

#include <optional>
#include <variant>

#include <fmt/format.h>

#include "io/connect_race.hpp"
#include "io/proxy_handshake.hpp"
#include "io/tls_stream.hpp"

namespace wsrelay::io {
namespace {

tl::unexpected<Error> timeout(std::string text) {
  return fail(Fault::Timeout, std::move(text));
}

class NetDial final : public Dial {
 public:
  NetDial(DialTarget target, Loop& loop, const Registration& owner, TlsContexts& contexts)
      : target_(std::move(target)), loop_(loop), owner_(owner), contexts_(contexts) {}

  void begin(Resolver& resolver, Instant now);
  Result<std::unique_ptr<ByteStream>> advance(Instant now) override;
  void adjust(const DialTimeouts& timeouts) override { target_.timeouts = timeouts; }
  DialPhase phase() const override { return static_cast<DialPhase>(state_.index()); }
  Wait wait() const override;

 private:
  // One type per state, in the order of DialPhase; each owns what exists while it lasts. What
  // cannot even begin has entered its state all the same, so that the error has its phase.
  struct Resolving {
    Resolver::Query query;
  };
  struct Connecting {
    std::unique_ptr<ConnectRace> race;
  };
  struct Proxying {
    Result<ProxyHandshake> handshake;
  };
  struct Securing {
    Result<TlsHandshake> handshake;
  };
  using Outcome = Result<std::unique_ptr<ByteStream>>;  // null: stay, or the state has changed

  Outcome advance(Resolving& resolving, Instant now);
  Outcome advance(Connecting& connecting, Instant now);
  Outcome advance(Proxying& proxying, Instant now);
  Outcome advance(Securing& securing, Instant now);
  void connect(const Addresses& addresses, Instant now);
  void consult_proxy(std::unique_ptr<ByteStream> stream, Instant now);
  Outcome reached(std::unique_ptr<ByteStream> stream, Instant now);
  Result<TlsHandshake> begin_tls(std::unique_ptr<ByteStream> stream);
  Error with_place(Error error) const;
  void allow(Duration span, Instant now) {
    allowed_ = span;
    deadline_ = after(now, span);
  }

  // Where the connection goes: a UNIX socket is on this machine and needs no proxy.
  bool has_proxy() const { return target_.proxy && target_.url.scheme != "unix"; }
  const Url& next_hop() const { return has_proxy() ? target_.proxy->url : target_.url; }

  DialTarget target_;
  Loop& loop_;
  const Registration& owner_;
  TlsContexts& contexts_;
  std::variant<Resolving, Connecting, Proxying, Securing> state_;
  Duration allowed_ = Duration::max();  // for the phase under way
  Instant deadline_ = Instant::max();
};

void NetDial::begin(Resolver& resolver, Instant now) {
  const Url& hop = next_hop();
  const auto known = hop.scheme == "unix" ? Address::from_path(hop.target)
                                          : Address::from_literal(hop.host, hop.port);
  if (known) return connect({*known}, now);
  state_ = Resolving{resolver.query(hop.host, hop.port, owner_)};
  allow(target_.timeouts.dns, now);
}

Result<std::unique_ptr<ByteStream>> NetDial::advance(Instant now) {
  for (;;) {
    const std::size_t before = state_.index();
    auto outcome = std::visit([&](auto& state) { return advance(state, now); }, state_);
    if (!outcome) return tl::unexpected(with_place(std::move(outcome.error())));
    if (*outcome != nullptr || state_.index() == before) return outcome;
  }
}

Error NetDial::with_place(Error error) const {
  error.phase = name_of(phase());
  if (has_proxy() && phase() <= DialPhase::Proxy)
    error.text = fmt::format("proxy {}: {}", target_.proxy->url.redacted(), error.text);
  return error;
}

Wait NetDial::wait() const {
  Wait wait;
  if (const auto* connecting = std::get_if<Connecting>(&state_))
    wait.until = connecting->race->next_moment();
  if (const auto* proxying = std::get_if<Proxying>(&state_)) wait = proxying->handshake->wait();
  if (const auto* securing = std::get_if<Securing>(&state_)) wait = securing->handshake->wait();
  wait.until = std::min(wait.until, deadline_);
  return wait;
}

NetDial::Outcome NetDial::advance(Resolving& resolving, Instant now) {
  const Result<Addresses>* answer = resolving.query.answer();
  if (answer == nullptr && now >= deadline_)
    return timeout(fmt::format("no answer from the resolver for {} within {}", next_hop().host,
                               print_duration(allowed_)));
  if (answer == nullptr) return nullptr;
  if (!*answer) return tl::unexpected(answer->error());
  connect(Addresses(**answer), now);  // a copy: the query ends with its state
  return nullptr;
}

void NetDial::connect(const Addresses& addresses, Instant now) {
  state_ = Connecting{
      std::make_unique<ConnectRace>(loop_, owner_, interleaved(addresses), target_.tcp, now)};
  allow(target_.timeouts.connect, now);
}

NetDial::Outcome NetDial::advance(Connecting& connecting, Instant now) {
  auto stream = connecting.race->advance(now);
  if (!stream) return stream;
  if (*stream != nullptr && has_proxy() && next_hop().scheme != "unix") {
    consult_proxy(std::move(*stream), now);
    return nullptr;
  }
  if (*stream != nullptr) return reached(std::move(*stream), now);
  if (now >= deadline_)
    return timeout(fmt::format("no connection to {} within {}", connecting.race->under_way(),
                               print_duration(allowed_)));
  return nullptr;
}

void NetDial::consult_proxy(std::unique_ptr<ByteStream> stream, Instant now) {
  state_ = Proxying{ProxyHandshake::start(std::move(stream), *target_.proxy, target_.url)};
  allow(target_.timeouts.proxy, now);
}

NetDial::Outcome NetDial::advance(Proxying& proxying, Instant now) {
  if (!proxying.handshake) return tl::unexpected(proxying.handshake.error());
  auto stream = proxying.handshake->advance();
  if (!stream) return stream;
  if (*stream != nullptr) return reached(std::move(*stream), now);
  if (now >= deadline_)
    return timeout(
        fmt::format("no way to {} within {}", target_.url.endpoint(), print_duration(allowed_)));
  return nullptr;
}

// The bytes now travel between us and the server.
NetDial::Outcome NetDial::reached(std::unique_ptr<ByteStream> stream, Instant now) {
  if (!target_.url.secure()) return stream;
  state_ = Securing{begin_tls(std::move(stream))};
  allow(target_.timeouts.tls, now);
  return nullptr;
}

Result<TlsHandshake> NetDial::begin_tls(std::unique_ptr<ByteStream> stream) {
  const TlsSettings& tls = target_.tls;
  const auto context = contexts_.context(tls, target_.key_password);
  if (!context) return tl::unexpected(context.error());
  const std::string& shown = tls.server_name.empty() ? target_.url.host : tls.server_name;
  const TlsPeer peer{.name = tls.verify_name.empty() ? shown : tls.verify_name,
                     .server_name = shown,
                     .verify = tls.verify,
                     .alpn = target_.url.scheme == "wss" ? "http/1.1" : ""};
  return TlsHandshake::start(std::move(stream), *context, peer);
}

NetDial::Outcome NetDial::advance(Securing& securing, Instant now) {
  if (!securing.handshake) return tl::unexpected(securing.handshake.error());
  auto stream = securing.handshake->advance();
  if (stream && *stream == nullptr && now >= deadline_)
    return timeout(fmt::format("no end of the TLS handshake within {}", print_duration(allowed_)));
  return stream;
}

}  // namespace

std::unique_ptr<Dial> NetDialer::dial(DialTarget target, const Registration& owner, Instant now) {
  auto dial = std::make_unique<NetDial>(std::move(target), loop_, owner, contexts_);
  dial->begin(resolver_, now);
  return dial;
}

}  // namespace wsrelay::io
