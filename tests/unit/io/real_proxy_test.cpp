// Dialling through proxies of other makers, on loopback: tinyproxy (CONNECT) and microsocks
// (SOCKS5). The destination is an echo server of this test's own, with and without TLS.
#include <fstream>

#include <gtest/gtest.h>
#include <netdb.h>

#include "loopback.hpp"
#include "program.hpp"
#include "tls_server.hpp"

namespace wsrelay::io {
namespace {

// Repeats what it hears; behind TLS if it has an identity.
class EchoServer {
 public:
  explicit EchoServer(const Identity* identity) : identity_(identity) {}
  void step() {
    if (auto client = listener.accept_one()) {
      if (identity_ != nullptr) {
        secure_ = std::make_unique<TlsServer>(std::move(client), *identity_);
        secure_->echoes = true;
      } else {
        plain_ = std::move(client);
      }
    }
    if (secure_ != nullptr) return secure_->step();
    if (plain_ == nullptr) return;
    std::array<std::byte, 4096> buffer{};
    const auto got = plain_->read(buffer);
    if (!got || got->end) return plain_.reset();
    if (got->bytes > 0) static_cast<void>(plain_->write(BytesView(buffer).first(got->bytes)));
  }
  Listener listener = serve("127.0.0.1");

 private:
  const Identity* identity_;
  std::unique_ptr<TcpStream> plain_;
  std::unique_ptr<TlsServer> secure_;
};

const Identity& localhost() {
  static const Identity made = make_identity({.names = {"localhost"}}, &authority());
  return made;
}

std::uint16_t free_port() {
  return serve("127.0.0.1", false).port;
}

class RealProxy : public DialTest {
 protected:
  // Waits until the proxy listens; false if it does not.
  bool start(std::vector<std::string> command) {
    program_ = std::make_unique<Program>(std::move(command));
    const Address address = *Address::from_literal("127.0.0.1", port_);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!program_->has_ended() && std::chrono::steady_clock::now() < end) {
      const UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
      if (::connect(probe.number(), address.get(), address.length) == 0) return true;
      ::poll(nullptr, 0, 5);
    }
    return false;
  }
  DialTarget through(const char* scheme, const Url& destination) {
    return {.url = destination,
            .proxy = Proxy{.url = {.scheme = scheme, .host = "127.0.0.1", .port = port_}}};
  }
  static Url url(const char* scheme, const char* host, std::uint16_t port) {
    return {.scheme = scheme, .host = host, .port = port};
  }
  // Dials and has some words repeated; the error's text, or "" if all is well.
  std::string say_through(const DialTarget& target, EchoServer& server) {
    others = [&server] { server.step(); };
    const auto stream = dial(target);
    if (!stream) return stream.error().text;
    EXPECT_EQ(asked(), std::vector<std::string>{}) << "a name was resolved here";
    const std::string words(10'000, 'w');
    for (std::string_view rest = words; !rest.empty(); server.step()) {
      const auto written = (*stream)->write(as_bytes(rest));
      if (!written) return written.error().text;
      rest.remove_prefix(written->bytes);
    }
    return read(**stream, words.size()) == words ? "" : "something else came back";
  }
  Error error_of(const DialTarget& target) {
    const auto stream = dial(target);
    EXPECT_FALSE(stream) << "it went through";
    return stream ? Error{} : stream.error();
  }

  std::uint16_t port_ = free_port();
  std::unique_ptr<Program> program_;
};

// --- tinyproxy ----------------------------------------------------------------------------------

class Tinyproxy : public RealProxy {
 protected:
  void SetUp() override {
    if (!Program::is_installed("tinyproxy")) GTEST_SKIP() << "tinyproxy is not installed";
  }
  void start_tinyproxy(std::uint16_t allowed, const std::string& login = {}) {
    const std::string settings = directory_.path() + "/tinyproxy.conf";
    std::ofstream(settings) << "Port " << port_ << "\nListen 127.0.0.1\nTimeout 20\nMaxClients 10\n"
                            << "LogFile \"" << directory_.path() << "/log\"\nAllow 127.0.0.1\n"
                            << "ConnectPort " << allowed << "\n"
                            << (login.empty() ? "" : "BasicAuth " + login + "\n");
    ASSERT_TRUE(start({"tinyproxy", "-d", "-c", settings}));
  }
  TemporaryDirectory directory_;
};

TEST_F(Tinyproxy, LeadsToAName) {
  EchoServer server(nullptr);
  start_tinyproxy(server.listener.port);
  EXPECT_EQ(say_through(through("http", url("ws", "localhost", server.listener.port)), server), "");
}

TEST_F(Tinyproxy, LeadsToAnAddress) {
  EchoServer server(nullptr);
  start_tinyproxy(server.listener.port);
  EXPECT_EQ(say_through(through("http", url("ws", "127.0.0.1", server.listener.port)), server), "");
}

TEST_F(Tinyproxy, LeavesTlsAlone) {
  EchoServer server(&localhost());
  start_tinyproxy(server.listener.port);
  DialTarget target = through("http", url("wss", "localhost", server.listener.port));
  target.tls.ca_file = ca_file().path();
  EXPECT_EQ(say_through(target, server), "");
}

TEST_F(Tinyproxy, TakesALogin) {
  EchoServer server(nullptr);
  start_tinyproxy(server.listener.port, "relay hunter2");
  DialTarget target = through("http", url("ws", "localhost", server.listener.port));
  target.proxy->user = Secret("relay");
  target.proxy->password = Secret("hunter2");
  EXPECT_EQ(say_through(target, server), "");
}

TEST_F(Tinyproxy, SaysThatItWantsAnotherLogin) {
  start_tinyproxy(443, "relay hunter2");
  DialTarget target = through("http", url("ws", "localhost", 443));
  const Error without = error_of(target);
  EXPECT_EQ(without.fault, Fault::Proxy);
  EXPECT_EQ(without.http_status, 407);
  EXPECT_NE(without.text.find("(it wants a login)"), std::string::npos) << without.text;
  target.proxy->user = Secret("relay");
  target.proxy->password = Secret("hunter3");
  const Error wrong = error_of(target);
  EXPECT_EQ(wrong.fault, Fault::Proxy);
  EXPECT_GE(wrong.http_status, 400);
  EXPECT_EQ(wrong.text.find("hunter3"), std::string::npos) << wrong.text;
}

TEST_F(Tinyproxy, ForbidsOtherPorts) {
  start_tinyproxy(443);
  const Error error = error_of(through("http", url("ws", "localhost", 80)));
  EXPECT_EQ(error.fault, Fault::Proxy);
  EXPECT_EQ(error.http_status, 403);
}

TEST_F(Tinyproxy, SaysThatTheServerIsNotThere) {
  const std::uint16_t closed = free_port();
  start_tinyproxy(closed);
  const Error error = error_of(through("http", url("ws", "127.0.0.1", closed)));
  EXPECT_EQ(error.fault, Fault::Proxy);
  EXPECT_EQ(error.http_status / 100, 5) << error.text;
}

// What a proxy makes of the name: where there is no /etc/hosts it may well be ::1.
bool localhost_is_v4() {
  addrinfo* found = nullptr;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo("localhost", nullptr, &hints, &found) != 0) return false;
  const bool v4 = found->ai_family == AF_INET;
  freeaddrinfo(found);
  return v4;
}

// --- microsocks ---------------------------------------------------------------------------------

class Microsocks : public RealProxy {
 protected:
  void SetUp() override {
    if (!Program::is_installed("microsocks")) GTEST_SKIP() << "microsocks is not installed";
  }
  void start_microsocks(const std::vector<std::string>& login = {}) {
    std::vector<std::string> command{"microsocks", "-i", "127.0.0.1", "-p", std::to_string(port_)};
    command.insert(command.end(), login.begin(), login.end());
    ASSERT_TRUE(start(std::move(command)));
  }
};

TEST_F(Microsocks, LeadsToAName) {
  if (!localhost_is_v4()) GTEST_SKIP() << "to this system, localhost is not 127.0.0.1 first";
  EchoServer server(nullptr);
  start_microsocks();
  EXPECT_EQ(say_through(through("socks5", url("ws", "localhost", server.listener.port)), server),
            "");
}

TEST_F(Microsocks, LeadsToAnAddress) {
  EchoServer server(nullptr);
  start_microsocks();
  EXPECT_EQ(say_through(through("socks5", url("ws", "127.0.0.1", server.listener.port)), server),
            "");
}

TEST_F(Microsocks, LeavesTlsAlone) {
  if (!localhost_is_v4()) GTEST_SKIP() << "to this system, localhost is not 127.0.0.1 first";
  EchoServer server(&localhost());
  start_microsocks();
  DialTarget target = through("socks5", url("wss", "localhost", server.listener.port));
  target.tls.ca_file = ca_file().path();
  EXPECT_EQ(say_through(target, server), "");
}

TEST_F(Microsocks, TakesALogin) {
  if (!localhost_is_v4()) GTEST_SKIP() << "to this system, localhost is not 127.0.0.1 first";
  EchoServer server(nullptr);
  start_microsocks({"-u", "relay", "-P", "hunter2"});
  DialTarget target = through("socks5", url("ws", "localhost", server.listener.port));
  target.proxy->user = Secret("relay");
  target.proxy->password = Secret("hunter2");
  EXPECT_EQ(say_through(target, server), "");
}

TEST_F(Microsocks, SaysThatItWantsAnotherLogin) {
  start_microsocks({"-u", "relay", "-P", "hunter2"});
  DialTarget target = through("socks5", url("ws", "localhost", 443));
  const Error without = error_of(target);
  EXPECT_EQ(without.fault, Fault::Proxy);
  EXPECT_NE(without.text.find("it wants a login"), std::string::npos) << without.text;
  target.proxy->user = Secret("relay");
  target.proxy->password = Secret("hunter3");
  const Error wrong = error_of(target);
  EXPECT_EQ(wrong.fault, Fault::Proxy);
  EXPECT_NE(wrong.text.find("it refuses our login"), std::string::npos) << wrong.text;
  EXPECT_EQ(wrong.text.find("hunter3"), std::string::npos) << wrong.text;
}

TEST_F(Microsocks, SaysThatTheServerIsNotThere) {
  start_microsocks();
  const Error error = error_of(through("socks5", url("ws", "127.0.0.1", free_port())));
  EXPECT_EQ(error.fault, Fault::Proxy);
  EXPECT_NE(error.text.find("connection refused"), std::string::npos) << error.text;
}

}  // namespace
}  // namespace wsrelay::io
