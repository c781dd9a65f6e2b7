// A network on loopback: listening sockets, one Dial brought to its end on a real loop, and a
// resolver that knows what the test says and remembers who was asked for.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "io/net_dialer.hpp"
#include "io/sd_loop.hpp"
#include "io/tcp_stream.hpp"

namespace wsrelay::io {

struct Listener {
  UniqueFd fd;
  std::uint16_t port = 0;

  /// Whoever has knocked, or null.
  std::unique_ptr<TcpStream> accept_one(std::string* peer = nullptr) const {
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    UniqueFd accepted(::accept4(fd.number(), reinterpret_cast<sockaddr*>(&from), &length,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!accepted) return nullptr;
    if (peer != nullptr)
      *peer = Address::from(reinterpret_cast<const sockaddr*>(&from), length).text();
    return std::make_unique<TcpStream>(std::move(accepted), "client");
  }
};

/// A listening socket; with `listening` false a bound one, which refuses.
inline Listener serve(const char* host, bool listening = true, std::uint16_t port = 0) {
  const Address address = *Address::from_literal(host, port);
  Listener server{UniqueFd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
                  0};
  EXPECT_EQ(bind(server.fd.number(), address.get(), address.length), 0);
  EXPECT_TRUE(!listening || listen(server.fd.number(), 8) == 0);
  sockaddr_in6 bound{};
  socklen_t length = sizeof bound;
  getsockname(server.fd.number(), reinterpret_cast<sockaddr*>(&bound), &length);
  server.port = ntohs(bound.sin6_port);  // the same place in sockaddr_in
  return server;
}

/// Advances one Dial to its end.
class Caller final : public Task {
 public:
  Caller(Loop& loop, Dialer& dialer, const DialTarget& target) : seat_(loop.add(*this)) {
    dial_ = dialer.dial(target, seat_, loop.now());
  }
  Wait run(const Turn& turn) override {
    if (dial_ == nullptr) return {};
    note_phase();
    auto outcome = dial_->advance(turn.now);
    if (outcome && *outcome == nullptr) {
      note_phase();
      return dial_->wait();
    }
    result = std::move(outcome);
    dial_.reset();
    return {};
  }
  void adjust(const DialTimeouts& timeouts) { dial_->adjust(timeouts); }
  std::optional<Result<std::unique_ptr<ByteStream>>> result;
  std::vector<DialPhase> phases;
  std::optional<DialPhase> phase() const {
    return dial_ != nullptr ? std::optional(dial_->phase()) : std::nullopt;
  }

 private:
  void note_phase() {
    if (phases.empty() || phases.back() != dial_->phase()) phases.push_back(dial_->phase());
  }

  Registration seat_;
  std::unique_ptr<Dial> dial_;
};

class DialTest : public testing::Test {
 protected:
  static constexpr auto kPatience = std::chrono::seconds(10);

  std::unique_ptr<SdLoop> loop = SdLoop::open().value();
  Addresses answer;
  TlsContexts contexts;
  std::vector<DialPhase> phases;
  std::optional<DialTimeouts> later;  // what a dial is told in its first phase
  /// What the other ends do between two turns of the loop; must not block.
  std::function<void()> others = [] {};

  void TearDown() override { gate_.set_value(); }

  // Names resolve to `answer`; "silent" does not until the test is over.
  Resolver::Ask ask() {
    return [addresses = answer, opened = gate, names = asked_](const std::string& host,
                                                               std::uint16_t) -> Result<Addresses> {
      {
        const std::lock_guard lock(names->mutex);
        names->hosts.push_back(host);
      }
      if (host == "silent") opened->wait();
      if (host == "nowhere") return fail(Fault::Dns, "no such host nowhere");
      return addresses;
    };
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(asked_->mutex);
    return asked_->hosts;
  }
  Result<std::unique_ptr<ByteStream>> dial(const DialTarget& target) {
    Resolver resolver(*loop, ask(), 1);
    NetDialer dialer(*loop, resolver, contexts);
    Caller caller(*loop, dialer, target);
    if (later) caller.adjust(*later);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!caller.result && std::chrono::steady_clock::now() < end) {
      loop->run_once(std::chrono::milliseconds(5));
      others();
    }
    phases = caller.phases;
    if (!caller.result) return fail(Fault::Local, "the dial never ended");
    return std::move(*caller.result);
  }
  /// Reads until `wanted` bytes or the end have come.
  std::string read(ByteStream& stream, std::size_t wanted) {
    std::string text;
    std::array<std::byte, 4096> buffer{};
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (text.size() < wanted && std::chrono::steady_clock::now() < end) {
      others();
      const auto got = stream.read(std::span(buffer).first(std::min(buffer.size(), wanted)));
      if (!got || got->end) break;
      text += as_text(BytesView(buffer).first(got->bytes));
      pollfd ready{.fd = stream.fd().number, .events = POLLIN, .revents = 0};
      if (got->bytes == 0) ::poll(&ready, 1, 5);
    }
    return text;
  }

  std::promise<void> gate_;
  std::shared_ptr<std::shared_future<void>> gate =
      std::make_shared<std::shared_future<void>>(gate_.get_future());

 private:
  struct Asked {
    std::mutex mutex;
    std::vector<std::string> hosts;
  };
  std::shared_ptr<Asked> asked_ = std::make_shared<Asked>();
};

inline DialTarget to(const std::string& host, std::uint16_t port, bool literal) {
  return {.url = {.scheme = "ws", .host = host, .port = port, .host_is_literal = literal}};
}

}  // namespace wsrelay::io
