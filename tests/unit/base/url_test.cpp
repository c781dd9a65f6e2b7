#include "base/url.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace wsrelay {
namespace {

Result<Url> web(std::string_view text) {
  return parse_url(text, {"ws", "wss"});
}
Result<Url> any(std::string_view text) {
  return parse_url(text, {"ws", "wss", "mqtt", "mqtts", "http", "socks5", "unix"});
}

struct Good {
  const char* name;
  std::string_view text;
  std::string_view host;
  std::uint16_t port;
  std::string_view target;
  bool literal = false;
};
class GoodUrl : public testing::TestWithParam<Good> {};

TEST_P(GoodUrl, IsTakenApart) {
  const Good& row = GetParam();
  const auto url = any(row.text);
  ASSERT_TRUE(url) << url.error().text;
  EXPECT_EQ(url->host, row.host);
  EXPECT_EQ(url->port, row.port);
  EXPECT_EQ(url->target, row.target);
  EXPECT_EQ(url->host_is_literal, row.literal);
}
TEST_P(GoodUrl, ReadsBackWhatItPrints) {
  const auto url = any(GetParam().text);
  ASSERT_TRUE(url);
  const auto again = any(url->text());
  ASSERT_TRUE(again) << url->text();
  EXPECT_EQ(*url, *again);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, GoodUrl,
    testing::Values(Good{"Plain", "ws://example.com", "example.com", 80, "/"},
                    Good{"Secure", "wss://example.com/", "example.com", 443, "/"},
                    Good{"Port", "wss://example.com:8443/a/b", "example.com", 8443, "/a/b"},
                    Good{"EmptyPort", "wss://example.com:/", "example.com", 443, "/"},
                    Good{"Query", "wss://example.com?a=b&c", "example.com", 443, "/?a=b&c"},
                    Good{"EmptyQuery", "wss://example.com/x?", "example.com", 443, "/x?"},
                    Good{"PathWithEscapes", "ws://h/a%20b/%E2%82%AC", "h", 80, "/a%20b/%E2%82%AC"},
                    Good{"DoubleSlashes", "ws://h//a//b/", "h", 80, "//a//b/"},
                    Good{"UpperCase", "WSS://EXAMPLE.com/Path", "example.com", 443, "/Path"},
                    Good{"TrailingDot", "wss://example.com./", "example.com", 443, "/"},
                    Good{"Idna",
                         "wss://b\xC3\xBC"
                         "cher.example/",
                         "xn--bcher-kva.example", 443, "/"},
                    Good{"Underscore", "ws://my_host/", "my_host", 80, "/"},
                    Good{"Ipv4", "ws://192.0.2.1:81/", "192.0.2.1", 81, "/", true},
                    Good{"Ipv6", "ws://[2001:DB8::1]:81/", "2001:db8::1", 81, "/", true},
                    Good{"Ipv6WithoutPort", "wss://[::1]", "::1", 443, "/", true},
                    Good{"Broker", "mqtt://localhost", "localhost", 1883, "/"},
                    Good{"SecureBroker", "mqtts://b:9", "b", 9, "/"},
                    Good{"HttpProxy", "http://proxy.lan:3128", "proxy.lan", 3128, "/"},
                    Good{"HttpProxyWithoutPort", "http://proxy.lan", "proxy.lan", 80, "/"},
                    Good{"SocksProxy", "socks5://[::1]:1081", "::1", 1081, "/", true},
                    Good{"SocksProxyWithoutPort", "SOCKS5://proxy", "proxy", 1080, "/"},
                    Good{"UnixUpperCase", "UNIX:///Run/x", "", 0, "/Run/x"},
                    Good{"Unix", "unix:///run/mosquitto/sock", "", 0, "/run/mosquitto/sock"}),
    [](const auto& row) { return row.param.name; });

struct Bad {
  const char* name;
  std::string text;
  std::string_view says;
};
class BadUrl : public testing::TestWithParam<Bad> {};
TEST_P(BadUrl, IsRefusedWithItsReason) {
  const auto url = web(GetParam().text);
  ASSERT_FALSE(url) << url->text();
  EXPECT_NE(url.error().text.find(GetParam().says), std::string::npos) << url.error().text;
  EXPECT_EQ(url.error().text.find("hunter2"), std::string::npos) << "a secret in the message";
}
INSTANTIATE_TEST_SUITE_P(
    Rows, BadUrl,
    testing::Values(
        Bad{"Empty", "", "must begin with ws:// or wss://"},
        Bad{"NoScheme", "example.com/ws", "must begin with"},
        Bad{"OtherScheme", "https://example.com/", "must begin with"},
        Bad{"BrokerScheme", "mqtt://example.com/", "must begin with"},
        Bad{"OneSlash", "ws:/example.com", "must begin with"},
        Bad{"NoHost", "ws:///path", "host is missing"},
        Bad{"OnlyDot", "ws://./", "host is missing"},
        Bad{"EmptyLabel", "ws://a..b/", "empty label"},
        Bad{"DotsAtTheEnd", "ws://a../", "empty label"},
        Bad{"DotAtTheBegin", "ws://.a/", "empty label"},
        Bad{"OnlyPort", "ws://:80/", "host is missing"},
        Bad{"Login", "wss://me:hunter2@example.com/", "login"},
        Bad{"User", "wss://hunter2@example.com/", "login"},
        Bad{"Fragment", "wss://example.com/#hunter2", "fragment"},
        Bad{"EmptyFragment", "wss://example.com/#", "fragment"},
        Bad{"PortZero", "ws://h:0/", "port"}, Bad{"PortTooLarge", "ws://h:65536/", "port"},
        Bad{"PortHuge", "ws://h:99999999999999999999/", "port"},
        Bad{"PortWord", "ws://h:http/", "character"}, Bad{"Blank", "ws://h/a b", "character"},
        Bad{"NewLine", "ws://h/a\r\nX: y", "character"},
        Bad{"Nul", std::string("ws://h/\0", 8), "character"},
        Bad{"BrokenEscape", "ws://h/%zz", "character"},
        Bad{"EscapedHost", "ws://a%2Eb/", "escapes"}, Bad{"OpenBracket", "ws://[::1/", "character"},
        Bad{"ZoneId", "ws://[fe80::1%eth0]/", "character"}, Bad{"ShortIpv4", "ws://127.1/", "IPv4"},
        Bad{"NumberAsHost", "ws://2130706433/", "IPv4"},
        Bad{"HexAsHost", "ws://0x7f000001/", "IPv4"},
        Bad{"Ipv4TooLarge", "ws://256.1.1.1/", "IPv4"},
        Bad{"NotUtf8Host", "ws://\xFF\xFE/", "not a name"},
        Bad{"UnicodePath", "ws://h/\xC3\xA9", "character"},
        Bad{"LabelTooLong", "ws://" + std::string(64, 'a') + "/", "not a name"},
        Bad{"TooLong", "ws://h/" + std::string(8192, 'a'), "8192"}),
    [](const auto& row) { return row.param.name; });

struct Unix {
  const char* name;
  std::string text;
};
class BadUnixAddress : public testing::TestWithParam<Unix> {};
TEST_P(BadUnixAddress, IsRefused) {
  EXPECT_FALSE(any(GetParam().text));
}
INSTANTIATE_TEST_SUITE_P(Rows, BadUnixAddress,
                         testing::Values(Unix{"Relative", "unix://run/sock"},
                                         Unix{"Empty", "unix://"},
                                         Unix{"TooLong", "unix:///" + std::string(107, 'a')},
                                         Unix{"Nul", std::string("unix:///a\0b", 11)}),
                         [](const auto& row) { return row.param.name; });

TEST(Url, AuthorityLeavesTheUsualPortOut) {
  EXPECT_EQ(web("ws://h:80")->authority(), "h");
  EXPECT_EQ(web("ws://h:443")->authority(), "h:443");
  EXPECT_EQ(web("wss://[::1]:443")->authority(), "[::1]");
  EXPECT_EQ(web("wss://[::1]:80")->authority(), "[::1]:80");
}

TEST(Url, EndpointAlwaysHasThePort) {
  EXPECT_EQ(web("ws://h")->endpoint(), "h:80");
  EXPECT_EQ(web("wss://[::1]")->endpoint(), "[::1]:443");
  EXPECT_EQ(web("wss://h:8443/x")->endpoint(), "h:8443");
}

TEST(Url, TextHasNoPathWhereThereIsNone) {
  EXPECT_EQ(any("mqtt://h/")->text(), "mqtt://h");
  EXPECT_EQ(any("http://h:3128/")->text(), "http://h:3128");
  EXPECT_EQ(any("socks5://h:1080")->text(), "socks5://h");
  EXPECT_EQ(any("ws://h")->text(), "ws://h/");
}

TEST(Url, RedactedShowsTheNamesOfAQueryButNoValue) {
  EXPECT_EQ(web("ws://h/p?token=abc&x=&flag")->redacted(), "ws://h/p?token=…&x=…&…");
  EXPECT_EQ(web("ws://h/p?abc")->redacted(), "ws://h/p?…");
  EXPECT_EQ(web("ws://h/p?a=b?c=d")->redacted(), "ws://h/p?a=…");
  EXPECT_EQ(web("ws://h/p")->redacted(), "ws://h/p");
}

struct Far {
  const char* name;
  std::string_view text;
  Reach reach;
};
class ReachOf : public testing::TestWithParam<Far> {};
TEST_P(ReachOf, IsJudgedByTheSpelling) {
  const auto url = any(GetParam().text);
  ASSERT_TRUE(url) << url.error().text;
  EXPECT_EQ(reach_of(*url), GetParam().reach);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, ReachOf,
    testing::Values(Far{"Localhost", "ws://LOCALHOST", Reach::Loopback},
                    Far{"BelowLocalhost", "ws://a.localhost", Reach::Loopback},
                    Far{"LocalhostAsLabel", "ws://localhost.example.com", Reach::Anywhere},
                    Far{"NotLocalhost", "ws://notlocalhost", Reach::Anywhere},
                    Far{"Net127", "ws://127.9.9.9", Reach::Loopback},
                    Far{"Ipv6Loopback", "ws://[::1]", Reach::Loopback},
                    Far{"MappedLoopback", "ws://[::ffff:127.0.0.1]", Reach::Loopback},
                    Far{"MappedPrivate", "ws://[::ffff:10.0.0.1]", Reach::Private},
                    Far{"MappedPublic", "ws://[::ffff:8.8.8.8]", Reach::Anywhere},
                    Far{"Unix", "unix:///run/x", Reach::Loopback},
                    Far{"Net10", "ws://10.0.0.1", Reach::Private},
                    Far{"Net172Begin", "ws://172.16.0.1", Reach::Private},
                    Far{"Net172End", "ws://172.31.255.255", Reach::Private},
                    Far{"Net172Past", "ws://172.32.0.1", Reach::Anywhere},
                    Far{"Net192", "ws://192.168.1.1", Reach::Private},
                    Far{"LinkLocal", "ws://169.254.1.1", Reach::Private},
                    Far{"Ipv6LinkLocal", "ws://[fe80::1]", Reach::Private},
                    Far{"Ipv6Unique", "ws://[fd00::1]", Reach::Private},
                    Far{"Ipv6Public", "ws://[2001:db8::1]", Reach::Anywhere},
                    Far{"Mdns", "ws://printer.local", Reach::Private},
                    Far{"LocalAsName", "ws://local", Reach::Anywhere},
                    Far{"Public", "ws://8.8.8.8", Reach::Anywhere},
                    Far{"Name", "ws://example.com", Reach::Anywhere}),
    [](const auto& row) { return row.param.name; });

TEST(Url, AnyChangedByteIsRefusedOrReadsBackTheSame) {
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int i = 0; i < 5000; ++i) {
    std::string text = "wss://[2001:db8::1]:8443/a/b?c=d&e";
    if (random.below(2) == 0) text = "ws://www.example.com:81/path/%20?x";
    text[random.below(text.size())] = static_cast<char>(random.below(256));
    const auto url = web(text);
    if (!url) continue;
    const auto again = web(url->text());
    ASSERT_TRUE(again) << text << " printed " << url->text();
    EXPECT_EQ(*url, *again) << text;
  }
}

}  // namespace
}  // namespace wsrelay
