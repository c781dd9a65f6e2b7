// Dialling through a proxy on loopback that says what the test wants it to.
#include <filesystem>

#include <gtest/gtest.h>
#include <sys/un.h>

#include "loopback.hpp"
#include "tls_server.hpp"

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// Answers each request in full — one entry of `script` for each — and then repeats what it hears.
struct ScriptedProxy {
  struct Line {
    std::size_t request = 0;  // bytes to wait for; 0: up to an empty line
    std::string answer;
  };
  explicit ScriptedProxy(std::vector<Line> lines) : script(std::move(lines)) {}

  void step() {
    if (client == nullptr) client = listener.accept_one();
    if (client == nullptr || gone) return;
    std::array<std::byte, 4096> buffer{};
    const auto got = client->read(buffer);
    if (!got || got->end) {
      gone = true;
      return;
    }
    unanswered += as_text(BytesView(buffer).first(got->bytes));
    for (; said < script.size() && is_whole(script[said].request); ++said) {
      heard += std::exchange(unanswered, {});
      send(script[said].answer);
    }
    if (said == script.size() && !unanswered.empty()) send(std::exchange(unanswered, {}));
  }
  bool is_whole(std::size_t request) const {
    return request > 0 ? unanswered.size() >= request : unanswered.ends_with("\r\n\r\n");
  }
  void send(std::string_view text) {
    if (drips) {
      dripping += text;
    } else {
      EXPECT_EQ(client->write(as_bytes(text))->bytes, text.size());
    }
  }
  // One byte for each call.
  void drip() {
    if (dripping.empty() || client == nullptr) return;
    static_cast<void>(client->write(as_bytes(dripping).first(1)));
    dripping.erase(0, 1);
  }

  std::vector<Line> script;
  Listener listener = serve("127.0.0.1");
  std::unique_ptr<TcpStream> client;
  std::size_t said = 0;
  std::string heard, unanswered, dripping;
  bool gone = false, drips = false;
};

const std::string kTunnel = "HTTP/1.1 200 OK\r\n\r\n";
const std::string kNoLogin = "\5\0"s, kConnected = "\5\0\0\1\x7F\0\0\1\0\x50"s;

class ProxyDialTest : public DialTest {
 protected:
  DialTarget through(const std::string& scheme, std::uint16_t port,
                     const std::string& host = "127.0.0.1") {
    DialTarget target{.url = {.scheme = "ws", .host = "nowhere", .port = 80},
                      .proxy = Proxy{.url = {.scheme = scheme, .host = host, .port = port}}};
    return target;
  }
  DialTarget through(ScriptedProxy& proxy, const std::string& scheme = "http") {
    others = [&proxy] { proxy.step(); };
    return through(scheme, proxy.listener.port);
  }
  static std::string name_of(const DialTarget& target) {
    return "proxy " + target.proxy->url.scheme + "://" + target.proxy->url.host + ":" +
           std::to_string(target.proxy->url.port) + ": ";
  }
  void expect_echo(ByteStream& stream) {
    ASSERT_EQ(stream.write(as_bytes("there and back"))->bytes, 14U);
    EXPECT_EQ(read(stream, 14), "there and back");
  }
};

TEST_F(ProxyDialTest, HttpLeadsToANameThatNobodyHereResolves) {
  ScriptedProxy proxy({{.answer = kTunnel}});
  const auto stream = dial(through(proxy));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(proxy.heard, "CONNECT nowhere:80 HTTP/1.1\r\nHost: nowhere:80\r\n\r\n");
  EXPECT_EQ(asked(), std::vector<std::string>{});
  EXPECT_EQ(phases, (std::vector{DialPhase::Connecting, DialPhase::Proxy}));
  expect_echo(**stream);
}

TEST_F(ProxyDialTest, SocksLeadsToANameThatNobodyHereResolves) {
  ScriptedProxy proxy({{3, kNoLogin}, {14, kConnected}});
  const auto stream = dial(through(proxy, "socks5"));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(proxy.heard, "\5\1\0\5\1\0\3\7nowhere\0\x50"s);
  EXPECT_EQ(asked(), std::vector<std::string>{});
  expect_echo(**stream);
}

TEST_F(ProxyDialTest, TheProxysOwnNameIsResolved) {
  ScriptedProxy proxy({{.answer = kTunnel}});
  answer = {*Address::from_literal("127.0.0.1", proxy.listener.port)};
  DialTarget target = through(proxy);
  target.proxy->url.host = "proxy.example";
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(asked(), std::vector<std::string>{"proxy.example"});
  EXPECT_EQ(phases.front(), DialPhase::Resolving);
  EXPECT_EQ(phases.back(), DialPhase::Proxy);
}

TEST_F(ProxyDialTest, WhatTheServerSaysUnaskedIsNotLost) {
  const std::string words = "220 I speak first\r\n";
  ScriptedProxy http({{.answer = kTunnel + words}});
  const auto tunnel = dial(through(http));
  ASSERT_TRUE(tunnel) << tunnel.error().text;
  EXPECT_EQ(read(**tunnel, words.size()), words);
  ScriptedProxy socks({{3, kNoLogin}, {14, kConnected + words}});
  const auto connection = dial(through(socks, "socks5"));
  ASSERT_TRUE(connection) << connection.error().text;
  EXPECT_EQ(read(**connection, words.size()), words);
}

TEST_F(ProxyDialTest, ConsentInSingleBytesIsConsent) {
  ScriptedProxy proxy({{.answer = kTunnel}});
  proxy.drips = true;
  const DialTarget target = through(proxy);
  others = [&proxy] { proxy.step(), proxy.drip(); };
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
}

// --- TLS behind it ------------------------------------------------------------------------------

// The proxy's socket turns into the server's once the proxy has agreed.
TEST_F(ProxyDialTest, TlsIsWithTheServerAndNotWithTheProxy) {
  const Identity identity = make_identity({.names = {"nowhere"}}, &authority());
  ScriptedProxy proxy({{.answer = kTunnel}});
  DialTarget target = through(proxy);
  target.url.scheme = "wss";
  target.tls.ca_file = ca_file().path();
  std::unique_ptr<TlsServer> server;
  others = [&] {
    if (server != nullptr) return server->step();
    proxy.step();
    if (proxy.said == 1) server = std::make_unique<TlsServer>(std::move(proxy.client), identity);
  };
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(phases, (std::vector{DialPhase::Connecting, DialPhase::Proxy, DialPhase::Tls}));
  EXPECT_EQ(server->shown_name(), "nowhere");
  server->to_send = "hello";
  EXPECT_EQ(read(**stream, 5), "hello");
}

class UnixProxy : public ProxyDialTest {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("io-proxy-" + std::to_string(getpid()));
    std::filesystem::create_directory(directory_);
    const Address address = *Address::from_path(directory_ / "socket");
    listener.fd = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    ASSERT_EQ(bind(listener.fd.number(), address.get(), address.length), 0);
    ASSERT_EQ(listen(listener.fd.number(), 4), 0);
  }
  void TearDown() override {
    std::filesystem::remove_all(directory_);
    DialTest::TearDown();
  }
  DialTarget target(const char* scheme) {
    return {.url = {.scheme = scheme, .host = "nowhere", .port = 80},
            .proxy = Proxy{.url = {.scheme = "unix", .host = {}, .target = directory_ / "socket"}}};
  }
  Listener listener;

 private:
  std::filesystem::path directory_;
};

TEST_F(UnixProxy, IsAWayOfItsOwn) {
  const auto stream = dial(target("ws"));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(phases, std::vector{DialPhase::Connecting});
  EXPECT_EQ(asked(), std::vector<std::string>{});
  EXPECT_NE(listener.accept_one(), nullptr);
}

TEST_F(UnixProxy, LeavesTlsToTheUrl) {
  const Identity identity = make_identity({.names = {"nowhere"}}, &authority());
  std::unique_ptr<TlsServer> server;
  others = [&] {
    if (server != nullptr) return server->step();
    if (auto client = listener.accept_one())
      server = std::make_unique<TlsServer>(std::move(client), identity);
  };
  DialTarget secure = target("wss");
  secure.tls.ca_file = ca_file().path();
  const auto stream = dial(secure);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(server->shown_name(), "nowhere");
}

TEST_F(UnixProxy, ThatNobodyServesIsNamed) {
  DialTarget lost = target("ws");
  lost.proxy->url.target = "/nonexistent/socket";
  const auto stream = dial(lost);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Tcp);
  EXPECT_EQ(stream.error().text,
            "proxy unix:///nonexistent/socket: cannot connect to /nonexistent/socket: No such file "
            "or directory");
}

TEST_F(UnixProxy, IsNotAskedForASocketOnThisMachine) {
  DialTarget direct = target("ws");
  direct.url = direct.proxy->url;
  direct.proxy->url = {.scheme = "http", .host = "127.0.0.1", .port = 1};
  const auto stream = dial(direct);
  ASSERT_TRUE(stream) << stream.error().text;
}

// --- What goes wrong ----------------------------------------------------------------------------

TEST_F(ProxyDialTest, ARefusalHasItsStatusAndNamesTheProxyOnly) {
  ScriptedProxy proxy({{.answer = "HTTP/1.1 407 Who are you\r\n\r\n"}});
  DialTarget target = through(proxy);
  target.proxy->user = Secret("hunter");
  target.proxy->password = Secret("hunter2");
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Proxy);
  EXPECT_EQ(stream.error().phase, "proxy");
  EXPECT_EQ(stream.error().http_status, 407);
  EXPECT_EQ(stream.error().text,
            name_of(target) + "no tunnel to nowhere:80: 407 Who are you (for our login)");
}

TEST_F(ProxyDialTest, ALoginThatCannotBeSentIsALocalError) {
  ScriptedProxy proxy({});
  DialTarget target = through(proxy);
  target.proxy->user = Secret("hunter2:hunter2");
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
  EXPECT_EQ(stream.error().phase, "proxy");
  EXPECT_EQ(stream.error().text,
            name_of(target) + "the user name has a colon, which Basic credentials cannot carry");
}

TEST_F(ProxyDialTest, AHangUpIsTheProxys) {
  for (const bool reset : {false, true}) {
    ScriptedProxy proxy({});
    const DialTarget target = through(proxy);
    others = [&] {
      const auto client = proxy.listener.accept_one();
      const linger now{.l_onoff = 1, .l_linger = 0};
      if (client != nullptr && reset)
        setsockopt(client->fd().number, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    };
    const auto stream = dial(target);
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().fault, Fault::Proxy);
    EXPECT_EQ(stream.error().phase, "proxy");
    // Whether the request came first decides if even an orderly end reads as a reset.
    if (reset) {
      EXPECT_EQ(stream.error().sys_errno, ECONNRESET);
    }
    EXPECT_TRUE(stream.error().text.starts_with(name_of(target))) << stream.error().text;
  }
}

TEST_F(ProxyDialTest, AProxyThatIsNotThereIsNamed) {
  const Listener closed = serve("127.0.0.1", false);
  const DialTarget target = through("http", closed.port);
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Tcp);
  EXPECT_EQ(stream.error().phase, "connecting");
  EXPECT_EQ(stream.error().sys_errno, ECONNREFUSED);
  EXPECT_EQ(stream.error().text, name_of(target) + "cannot connect to 127.0.0.1:" +
                                     std::to_string(closed.port) + ": Connection refused");
}

TEST_F(ProxyDialTest, AProxyWithoutAddressIsADnsFault) {
  const auto stream = dial(through("socks5", 1, "nowhere"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Dns);
  EXPECT_EQ(stream.error().phase, "resolving");
  EXPECT_EQ(stream.error().text, "proxy socks5://nowhere:1: no such host nowhere");
}

TEST_F(ProxyDialTest, AnotherProtocolIsALocalError) {
  ScriptedProxy proxy({});
  const auto stream = dial(through(proxy, "https"));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
}

TEST_F(ProxyDialTest, SilenceEndsAtTheDeadline) {
  ScriptedProxy proxy({{.request = 1000, .answer = ""}});
  DialTarget target = through(proxy);
  target.timeouts.proxy = 30ms;
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Timeout);
  EXPECT_EQ(stream.error().phase, "proxy");
  EXPECT_EQ(stream.error().text, name_of(target) + "no way to nowhere:80 within 30ms");
}

TEST_F(ProxyDialTest, DripsDoNotMoveTheDeadline) {
  ScriptedProxy proxy({{.answer = "HTTP/1.1 200 OK\r\nX: " + std::string(8000, 'x')}});
  proxy.drips = true;
  DialTarget target = through(proxy);
  target.timeouts.proxy = 60ms;
  auto next = std::chrono::steady_clock::now();
  const auto begin = next;
  others = [&] {
    proxy.step();
    if (std::chrono::steady_clock::now() < next) return;
    proxy.drip();
    next = std::chrono::steady_clock::now() + 1ms;
  };
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().phase, "proxy") << stream.error().text;
  EXPECT_GT(proxy.script[0].answer.size() - proxy.dripping.size(), 2U) << "nothing dripped";
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 60ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST_F(ProxyDialTest, TheTlsDeadlineBeginsWithConsent) {
  ScriptedProxy proxy({{.answer = kTunnel}, {.request = 1'000'000, .answer = ""}});
  DialTarget target = through(proxy);
  target.url.scheme = "wss";
  target.tls.verify = TlsSettings::Verify::None;
  target.timeouts.tls = 30ms;
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().phase, "tls");
  EXPECT_EQ(stream.error().text, "no end of the TLS handshake within 30ms");
}

TEST_F(ProxyDialTest, ADialDroppedHalfwayLeavesNothingBehind) {
  ScriptedProxy proxy({{.request = 1000, .answer = ""}});
  Resolver resolver(*loop, ask(), 1);
  NetDialer dialer(*loop, resolver, contexts);
  const std::size_t before = loop->tasks();
  {
    Caller caller(*loop, dialer, through(proxy));
    for (int i = 0; i < 500 && caller.phase() != DialPhase::Proxy; ++i) loop->run_once(20ms);
    EXPECT_EQ(caller.phase(), DialPhase::Proxy);
  }
  EXPECT_EQ(loop->tasks(), before);
  for (int i = 0; i < 500 && !proxy.gone; ++i) proxy.step();
  EXPECT_TRUE(proxy.gone) << "the connection stands";
}

}  // namespace
}  // namespace wsrelay::io
