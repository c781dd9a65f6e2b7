// TcpSettings, read back from the socket and seen from the other end.
#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include "io/happy_eyeballs.hpp"
#include "loopback.hpp"

namespace wsrelay::io {
namespace {

using namespace std::chrono_literals;

int option(const ByteStream& stream, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  EXPECT_EQ(getsockopt(stream.fd().number, level, name, &value, &length), 0);
  return value;
}

struct KeepaliveCase {
  const char* name;
  TcpKeepalive keepalive;
  int on, idle, interval, count, user_timeout;
};
void PrintTo(const KeepaliveCase& row, std::ostream* out) {
  *out << row.name;
}
class Keepalive : public DialTest, public testing::WithParamInterface<KeepaliveCase> {};
TEST_P(Keepalive, StandsInTheSocket) {
  const KeepaliveCase& row = GetParam();
  const Listener server = serve("127.0.0.1");
  DialTarget target = to("127.0.0.1", server.port, true);
  target.tcp.keepalive = row.keepalive;
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(option(**stream, SOL_SOCKET, SO_KEEPALIVE), row.on);
  EXPECT_EQ(option(**stream, IPPROTO_TCP, TCP_KEEPIDLE), row.idle);
  EXPECT_EQ(option(**stream, IPPROTO_TCP, TCP_KEEPINTVL), row.interval);
  EXPECT_EQ(option(**stream, IPPROTO_TCP, TCP_KEEPCNT), row.count);
  EXPECT_EQ(option(**stream, IPPROTO_TCP, TCP_USER_TIMEOUT), row.user_timeout);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Keepalive,
    testing::Values(
        KeepaliveCase{"Defaults", {}, 1, 60, 15, 4, 120'000},
        KeepaliveCase{"Off", {.enabled = false}, 0, 60, 15, 4, 60'000},
        // Where the user time-out is set, it takes the place of the number of probes.
        KeepaliveCase{
            "TheCountCounts", {.idle = 5s, .interval = 5s, .count = 3}, 1, 5, 5, 3, 20'000},
        KeepaliveCase{"PartsOfASecondAreASecond",
                      {.idle = 1500ms, .interval = 1ms, .count = 1},
                      1,
                      2,
                      1,
                      1,
                      3'000},
        KeepaliveCase{
            "NothingIsTheLeast", {.idle = 0s, .interval = 0s, .count = 0}, 1, 1, 1, 1, 2'000},
        // More milliseconds than the kernel takes: then it counts the probes itself.
        KeepaliveCase{"MuchIsTheMost",
                      {.idle = 24h, .interval = Duration::max(), .count = 1'000'000'000'000},
                      1,
                      32767,
                      32767,
                      127,
                      0}),
    [](const auto& row) { return row.param.name; });

class TcpSettingsTest : public DialTest {
 protected:
  void SetUp() override { answer = {*Address::from_literal("127.0.0.1", server_.port)}; }
  Result<std::unique_ptr<ByteStream>> dial_with(TcpSettings settings) {
    DialTarget target = to("name", 1, false);
    target.tcp = std::move(settings);
    return dial(target);
  }
  // Where the dial came from, without the port.
  std::string source() const {
    std::string peer;
    EXPECT_NE(server_.accept_one(&peer), nullptr);
    return peer.substr(0, peer.rfind(':'));
  }
  Listener server_ = serve("127.0.0.1");
};

TEST_F(TcpSettingsTest, TheServerSeesTheAddressBoundTo) {
  const auto stream = dial_with({.bind_address = "127.0.0.2"});
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(source(), "127.0.0.2");
}

TEST_F(TcpSettingsTest, OnePortOfThatAddressServesManyDestinations) {
  const auto stream = dial_with({.bind_address = "127.0.0.2"});
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(option(**stream, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT), 1);
}

TEST_F(TcpSettingsTest, AddressesOfTheOtherFamilyAreLeftOut) {
  answer.insert(answer.begin(), *Address::from_literal("2001:db8::1", 443));
  const auto begin = std::chrono::steady_clock::now();
  const auto stream = dial_with({.bind_address = "127.0.0.3"});
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_EQ(source(), "127.0.0.3");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Race::kAttemptDelay);
}

TEST_F(TcpSettingsTest, WhenNoneIsLeftTheFamilyIsNamed) {
  answer = {*Address::from_literal("2001:db8::1", 443), *Address::from_literal("2001:db8::2", 443)};
  const auto stream = dial_with({.bind_address = "127.0.0.2"});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
  EXPECT_EQ(stream.error().phase, "connecting");
  EXPECT_EQ(stream.error().text,
            "from 127.0.0.2 there is no way to [2001:db8::1]:443, [2001:db8::2]:443: another "
            "address family");
}

TEST_F(TcpSettingsTest, AnAddressThatIsNotOursIsNamed) {
  const auto stream = dial_with({.bind_address = "192.0.2.77"});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
  EXPECT_EQ(stream.error().sys_errno, EADDRNOTAVAIL);
  EXPECT_EQ(stream.error().text,
            "cannot bind to the address 192.0.2.77: Cannot assign requested address");
}

TEST_F(TcpSettingsTest, ANameIsNoAddressToBindTo) {
  const auto stream = dial_with({.bind_address = "localhost"});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
  EXPECT_EQ(stream.error().text, "cannot bind to localhost: no address");
}

TEST_F(TcpSettingsTest, AnInterfaceIsBoundTo) {
  const auto stream = dial_with({.bind_interface = "lo"});
  ASSERT_TRUE(stream) << stream.error().text;
  std::array<char, 16> name{};
  socklen_t length = name.size();
  ASSERT_EQ(getsockopt((*stream)->fd().number, SOL_SOCKET, SO_BINDTODEVICE, name.data(), &length),
            0);
  EXPECT_STREQ(name.data(), "lo");
}

TEST_F(TcpSettingsTest, AnInterfaceThatIsNotThereIsNamedOnce) {
  answer = {*Address::from_literal("127.0.0.1", 1), *Address::from_literal("127.0.0.2", 1)};
  const auto stream = dial_with({.bind_interface = "nosuch0"});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().fault, Fault::Local);
  EXPECT_EQ(stream.error().sys_errno, ENODEV);
  EXPECT_EQ(stream.error().text, "cannot bind to the interface nosuch0: No such device");
}

TEST_F(TcpSettingsTest, AnInterfacesNameIsNotCutToOneThatExists) {
  const std::string name = "lo" + std::string(30, 'x');
  const auto stream = dial_with({.bind_interface = name});
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().text, "cannot bind to the interface " + name + ": No such device");
}

TEST_F(TcpSettingsTest, TheWayToAProxyIsBoundAsWell) {
  DialTarget target = to("nowhere", 80, false);
  target.tcp.bind_address = "127.0.0.2";
  target.proxy = Proxy{.url = {.scheme = "http", .host = "127.0.0.1", .port = server_.port}};
  std::unique_ptr<TcpStream> client;
  std::string peer;
  others = [&] {
    if (client == nullptr && (client = server_.accept_one(&peer)) != nullptr)
      static_cast<void>(client->write(as_bytes("HTTP/1.1 200 OK\r\n\r\n")));
  };
  const auto stream = dial(target);
  ASSERT_TRUE(stream) << stream.error().text;
  EXPECT_TRUE(peer.starts_with("127.0.0.2:")) << peer;
}

}  // namespace
}  // namespace wsrelay::io
