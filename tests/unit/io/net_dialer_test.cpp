// NetDialer and TcpStream over loopback.
#include "io/net_dialer.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include "loopback.hpp"

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;
using NetDialerTest = DialTest;

TEST_F(NetDialerTest, ALiteralAsksNoResolver) {
  const Listener server = serve("127.0.0.1");
  const auto stream = dial(to("127.0.0.1", server.port, true));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ((*stream)->facts().remote, "127.0.0.1:" + std::to_string(server.port));
  EXPECT_EQ(phases.front(), DialPhase::Connecting);
}

TEST_F(NetDialerTest, AStreamHasTheOptionsThatKeepItQuickAndHonest) {
  const Listener server = serve("127.0.0.1");
  const auto stream = dial(to("127.0.0.1", server.port, true));
  ASSERT_TRUE(stream);
  const auto option = [&](int level, int name) {
    int value = 0;
    socklen_t length = sizeof value;
    getsockopt((*stream)->fd().number, level, name, &value, &length);
    return value;
  };
  EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 120'000);
}

TEST_F(NetDialerTest, BytesTravelBothWaysAndTheEndIsTold) {
  const Listener server = serve("127.0.0.1");
  auto stream = dial(to("127.0.0.1", server.port, true));
  ASSERT_TRUE(stream);
  std::byte buffer[16];
  EXPECT_TRUE((*stream)->read(buffer)->wants_readable);
  UniqueFd peer(accept(server.fd.number(), nullptr, nullptr));
  ASSERT_EQ((*stream)->write(as_bytes("hello"))->bytes, 5U);
  char got[16];
  ASSERT_EQ(::recv(peer.number(), got, sizeof got, 0), 5);
  ASSERT_EQ(::send(peer.number(), "world!", 6, 0), 6);
  ASSERT_EQ((*stream)->read(buffer)->bytes, 6U);
  (*stream)->shut();
  EXPECT_EQ(::recv(peer.number(), got, sizeof got, 0), 0);
  peer.reset();
  EXPECT_TRUE((*stream)->read(buffer)->end);
}

TEST_F(NetDialerTest, AResetIsATcpFault) {
  const Listener server = serve("127.0.0.1");
  auto stream = dial(to("127.0.0.1", server.port, true));
  ASSERT_TRUE(stream);
  UniqueFd peer(accept(server.fd.number(), nullptr, nullptr));
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(peer.number(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  peer.reset();
  std::byte buffer[16];
  const auto read = (*stream)->read(buffer);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().fault, Fault::Tcp);
  EXPECT_EQ(read.error().sys_errno, ECONNRESET);
}

TEST_F(NetDialerTest, AFullSocketWantsWritable) {
  const Listener server = serve("127.0.0.1");
  auto stream = dial(to("127.0.0.1", server.port, true));
  ASSERT_TRUE(stream);
  const Bytes much(1 << 20);
  for (int i = 0; i < 1000; ++i) {
    const auto written = (*stream)->write(much);
    ASSERT_TRUE(written);
    if (written->wants_writable) return;
  }
  FAIL() << "a peer that reads nothing took 1 GB";
}

TEST_F(NetDialerTest, RefusedNamesTheAddressAndTheErrno) {
  const Listener closed = serve("127.0.0.1", false);
  const auto stream = dial(to("127.0.0.1", closed.port, true));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Tcp);
  EXPECT_EQ(stream.error().sys_errno, ECONNREFUSED);
  EXPECT_EQ(stream.error().text,
            "cannot connect to 127.0.0.1:" + std::to_string(closed.port) + ": Connection refused");
}

TEST_F(NetDialerTest, TheNextAddressIsTriedWhenOneRefuses) {
  const Listener closed = serve("127.0.0.1", false);
  const Listener open = serve("127.0.0.2", true);
  answer = {*Address::from_literal("127.0.0.1", closed.port),
            *Address::from_literal("127.0.0.2", open.port)};
  const auto stream = dial(to("name", 1, false));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ((*stream)->facts().remote, "127.0.0.2:" + std::to_string(open.port));
  EXPECT_EQ(phases.front(), DialPhase::Resolving);
}

TEST_F(NetDialerTest, WhenAllRefuseEachIsNamed) {
  const Listener a = serve("127.0.0.1", false);
  const Listener b = serve("127.0.0.2", false);
  answer = {*Address::from_literal("127.0.0.1", a.port),
            *Address::from_literal("127.0.0.2", b.port)};
  const auto stream = dial(to("name", 1, false));
  ASSERT_FALSE(stream);
  EXPECT_NE(stream.error().text.find("127.0.0.1:"), std::string::npos);
  EXPECT_NE(stream.error().text.find("127.0.0.2:"), std::string::npos);
}

// A listener whose backlog is full drops further SYNs: a black hole on loopback.
struct BlackHole {
  Listener server = serve("127.0.0.3");
  std::vector<UniqueFd> fillers;
  BlackHole() {
    listen(server.fd.number(), 0);
    for (int i = 0; i < 4; ++i) {
      const Address address = *Address::from_literal("127.0.0.3", server.port);
      fillers.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      [[maybe_unused]] const int rc =
          connect(fillers.back().number(), address.get(), address.length);
    }
  }
};

TEST_F(NetDialerTest, ABlackHoleInFrontCostsOneAttemptDelay) {
  const BlackHole hole;
  const Listener open = serve("127.0.0.2");
  answer = {*Address::from_literal("127.0.0.3", hole.server.port),
            *Address::from_literal("127.0.0.2", open.port)};
  const auto start = std::chrono::steady_clock::now();
  const auto stream = dial(to("name", 1, false));
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_GE(std::chrono::steady_clock::now() - start, 240ms);
  EXPECT_EQ((*stream)->facts().remote, "127.0.0.2:" + std::to_string(open.port));
}

TEST_F(NetDialerTest, ABlackHoleAloneEndsAtTheConnectDeadline) {
  const BlackHole hole;
  DialTarget target = to("127.0.0.3", hole.server.port, true);
  target.timeouts.connect = 50ms;
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Timeout);
  EXPECT_EQ(stream.error().phase, "connecting");
  EXPECT_EQ(stream.error().text,
            "no connection to 127.0.0.3:" + std::to_string(hole.server.port) + " within 50ms");
}

TEST_F(NetDialerTest, ASilentResolverEndsAtTheDnsDeadline) {
  DialTarget target = to("silent", 1, false);
  target.timeouts.dns = 30ms;
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Timeout);
  EXPECT_EQ(stream.error().phase, "resolving");
}

TEST_F(NetDialerTest, ANameThatDoesNotExistIsADnsFault) {
  const auto stream = dial(to("nowhere", 1, false));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Dns);
  EXPECT_EQ(stream.error().text, "no such host nowhere");
}

TEST_F(NetDialerTest, ANameWithoutAddressIsADnsFault) {
  const auto stream = dial(to("empty", 1, false));
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Dns);
}

TEST_F(NetDialerTest, APeerThatSaysNothingEndsAtTheTlsDeadline) {
  const Listener server = serve("127.0.0.1");
  DialTarget target = to("127.0.0.1", server.port, true);
  target.url.scheme = "wss";
  target.tls.verify = TlsSettings::Verify::None;
  target.timeouts.tls = 30ms;
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().phase, "tls");
}

TEST_F(NetDialerTest, OtherTimeLimitsCountFromTheNextPhaseOn) {
  const Listener server = serve("127.0.0.1");
  DialTarget target = to("127.0.0.1", server.port, true);
  target.url.scheme = "wss";
  target.tls.verify = TlsSettings::Verify::None;
  later = {.connect = Duration(1), .tls = 30ms};
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().phase, "tls");
  EXPECT_EQ(stream.error().text, "no end of the TLS handshake within 30ms");
}

TEST_F(NetDialerTest, AnUnreadableCaFileIsNamed) {
  const Listener server = serve("127.0.0.1");
  DialTarget target = to("127.0.0.1", server.port, true);
  target.url.scheme = "wss";
  target.tls.ca_file = "/nonexistent/ca.pem";
  const auto stream = dial(target);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Tls);
  EXPECT_NE(stream.error().text.find("/nonexistent/ca.pem"), std::string::npos);
}

TEST_F(NetDialerTest, AUnixSocketIsDialledByItsPath) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("io-test-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  const std::string path = directory / "socket";
  const Address address = *Address::from_path(path);
  const UniqueFd server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(server.number(), address.get(), address.length), 0);
  DialTarget target;
  target.url = {.scheme = "unix", .host = {}, .port = 0, .target = path};
  const auto refused = dial(target);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sys_errno, ECONNREFUSED);
  ASSERT_EQ(listen(server.number(), 1), 0);
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ((*stream)->facts().remote, path);
  std::filesystem::remove_all(directory);
}

TEST_F(NetDialerTest, ADialDroppedHalfwayLeavesNothingBehind) {
  const BlackHole hole;
  answer = {*Address::from_literal("127.0.0.3", hole.server.port)};
  Resolver resolver(*loop, ask(), 1);
  NetDialer dialer(*loop, resolver, contexts);
  const std::size_t before = loop->tasks();
  {
    Caller caller(*loop, dialer, to("name", 1, false));
    for (int i = 0; i < 500 && caller.phase() != DialPhase::Connecting; ++i) loop->run_once(20ms);
    EXPECT_EQ(loop->tasks(), before + 2) << "the caller and its candidate";
  }
  EXPECT_EQ(loop->tasks(), before);
}

}  // namespace
}  // namespace wsrelay::io
