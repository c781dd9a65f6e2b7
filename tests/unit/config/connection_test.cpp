// From the keys of one connection to its settings: each row changes what it names and nothing else.
#include <string>

#include <gtest/gtest.h>

#include "config/load.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;
using client::Settings;
using Action = client::ReconnectRule::Action;
using Offer = ws::DeflateSettings::Offer;

SecretRef text(std::string value) {
  return {.source = SecretRef::Source::Literal, .literal = Secret(std::move(value))};
}
SecretRef file(std::string path) {
  return {.source = SecretRef::Source::File, .name = std::move(path)};
}
Url url(std::string_view text) {
  return *parse_url(text, {"wss", "http", "socks5", "unix"});
}

struct Row {
  const char* name;
  std::string yaml;  // inside of { }
  void (*change)(Settings&);
};

Settings settings_of(const std::string& yaml) {
  const Loaded loaded = load(yaml, "row.yaml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  const auto found = loaded.config.instances.find("a");
  return found == loaded.config.instances.end() ? Settings{} : found->second.client;
}

class Keys : public testing::TestWithParam<Row> {};

Settings expected(const Row& row) {
  Settings settings{.url = url("wss://example.com/")};
  row.change(settings);
  return settings;
}

TEST_P(Keys, BecomeSettings) {
  const Row& row = GetParam();
  EXPECT_EQ(settings_of("instances: {a: {url: wss://example.com/, " + row.yaml + "}}"),
            expected(row));
}

TEST_P(Keys, AreInheritedFromDefaults) {
  const Row& row = GetParam();
  EXPECT_EQ(settings_of("defaults: {" + row.yaml + "}\ninstances: {a: {url: wss://example.com/}}"),
            expected(row));
}

INSTANTIATE_TEST_SUITE_P(
    Connection, Keys,
    testing::Values(
        Row{"Basic", "auth: {basic: {user: me, password: {file: /p}}}",
            [](Settings& s) {
              s.basic = {text("me"), file("/p")};
            }},
        Row{"UserAgent", "user_agent: 'relay/1 (hall)'",
            [](Settings& s) { s.user_agent = "relay/1 (hall)"; }},
        Row{"RequiredSubprotocol", "subprotocols: [v1], subprotocol_required: true",
            [](Settings& s) {
              s.subprotocols = {"v1"};
              s.subprotocol_required = true;
            }},
        Row{"Redirects", "follow_redirects: true", [](Settings& s) { s.follow_redirects = true; }},
        Row{"DeflateOffAsAWord", "deflate: off", [](Settings& s) { s.deflate.offer = Offer::Off; }},
        Row{"DeflateRequiredAsAWord", "deflate: required",
            [](Settings& s) { s.deflate.offer = Offer::Required; }},
        Row{"DeflateOn", "deflate: {offer: on}", [](Settings& s) { s.deflate.offer = Offer::On; }},
        Row{"DeflateInFull",
            "deflate: {offer: required, client_max_window_bits: 15, server_max_window_bits: 8, "
            "client_context_takeover: true, server_context_takeover: false, threshold: 0B}",
            [](Settings& s) {
              s.deflate = {.offer = Offer::Required,
                           .client_max_window_bits = 15,
                           .server_max_window_bits = 8,
                           .client_context_takeover = true,
                           .server_context_takeover = false,
                           .threshold = 0};
            }},
        Row{"ReceiveMessages", "receive: messages", [](Settings&) {}},
        Row{"ReceiveFrames", "receive: frames, limits: {max_frames: 10}",
            [](Settings& s) {
              s.receiving = ws::Receiving::Frames;
              s.limits.max_frames = 10;
            }},
        Row{"ReceiveChunks", "receive: chunks, limits: {chunk: 4KiB, max_message: 1B}",
            [](Settings& s) {
              s.receiving = ws::Receiving::Chunks;
              s.limits.chunk = 4096;
              s.limits.max_message = 1;
            }},
        Row{"HttpProxy",
            "proxy: {url: http://localhost:3128, user: {file: /u}, password: {file: /p}}",
            [](Settings& s) {
              s.proxy = {.url = url("http://localhost:3128"), .login = {file("/u"), file("/p")}};
            }},
        Row{"SocksProxy", "proxy: {url: socks5://127.0.0.1}",
            [](Settings& s) { s.proxy = {.url = url("socks5://127.0.0.1:1080")}; }},
        Row{"ProxySocket", "proxy: {url: unix:///run/tunnel}",
            [](Settings& s) { s.proxy = {.url = url("unix:///run/tunnel")}; }},
        Row{"NoProxy", "proxy: none", [](Settings&) {}},
        Row{"Keepalive", "tcp: {keepalive: {enabled: false, idle: 2m, interval: 1s, count: 127}}",
            [](Settings& s) {
              s.tcp.keepalive = {.enabled = false, .idle = 2min, .interval = 1s, .count = 127};
            }},
        Row{"Binding", "tcp: {bind_interface: eth1.5, bind_address: '2001:db8::2'}",
            [](Settings& s) {
              s.tcp.bind_interface = "eth1.5";
              s.tcp.bind_address = "2001:db8::2";
            }},
        Row{"VerifyName", "tls: {server_name: a.example.com, verify_name: b.example.com}",
            [](Settings& s) {
              s.tls.server_name = "a.example.com";
              s.tls.verify_name = "b.example.com";
            }},
        Row{"KeyInItsToken",
            "tls: {cert_file: /c.pem, key_file: 'pkcs11:token=t;object=k%20k?pin-source=file:/p'}",
            [](Settings& s) {
              s.tls.cert_file = "/c.pem";
              s.tls.key_file = "pkcs11:token=t;object=k%20k?pin-source=file:/p";
            }},
        Row{"LatePongs", "liveness: {ping: {on_timeout: warn}}",
            [](Settings& s) { s.ping.on_timeout = client::Ping::OnTimeout::Warn; }},
        Row{"Silence", "liveness: {data: {after: 2m}}", [](Settings& s) { s.data.after = 2min; }},
        Row{"SilenceIsFine", "liveness: {data: {after: none}}", [](Settings&) {}},
        Row{"NoReconnect", "reconnect: {enabled: false, on_clean_close: false}",
            [](Settings& s) {
              s.reconnect.enabled = false;
              s.reconnect.on_clean_close = false;
            }},
        Row{"RetryAfter", "reconnect: {max_retry_after: 5m}",
            [](Settings& s) { s.reconnect.max_retry_after = 5min; }},
        Row{"RetryAfterIsNotListenedTo", "reconnect: {max_retry_after: 0s}",
            [](Settings& s) { s.reconnect.max_retry_after = 0s; }},
        Row{"ProxyTimeout", "timeouts: {proxy: 3s}", [](Settings& s) { s.timeouts.proxy = 3s; }}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rules, Keys,
    testing::Values(
        Row{"OneCode", "reconnect: {rules: [{close: 4429, do: wait, delay: 5m}]}",
            [](Settings& s) {
              s.reconnect.rules = {
                  {.close = {{4429, 4429}}, .action = Action::Wait, .delay = 5min}};
            }},
        Row{"RangesAndCodes", "reconnect: {rules: [{close: [4400-4499, '1013'], do: wait}]}",
            [](Settings& s) {
              s.reconnect.rules = {{.close = {{4400, 4499}, {1013, 1013}}}};
            }},
        Row{"Http", "reconnect: {rules: [{http: [401, 403], do: fail}]}",
            [](Settings& s) {
              s.reconnect.rules = {{.http = {{401, 401}, {403, 403}}, .action = Action::Fail}};
            }},
        Row{"FaultAndPhase",
            "reconnect: {rules: [{fault: [tls, timeout], phase: tls, do: refresh}]}",
            [](Settings& s) {
              s.reconnect.rules = {{.faults = {Fault::Tls, Fault::Timeout},
                                    .phases = {"tls"},
                                    .action = Action::Refresh}};
            }},
        Row{"InOrder",
            "reconnect: {rules: [{close: 4429, do: fail}, {close: 4000-4999, do: wait, delay: "
            "1s}]}",
            [](Settings& s) {
              s.reconnect.rules = {{.close = {{4429, 4429}}, .action = Action::Fail},
                                   {.close = {{4000, 4999}}, .delay = 1s}};
            }},
        Row{"None", "reconnect: {rules: []}", [](Settings&) {}}),
    [](const auto& row) { return row.param.name; });

TEST(Inheritance, AnInstanceCanDoWithoutTheProxyAndTheRules) {
  const Settings settings = settings_of(R"(
defaults:
  proxy: {url: http://localhost:3128}
  deflate: {offer: required, threshold: 1KiB}
  reconnect: {max_retry_after: 1m, rules: [{http: 403, do: fail}]}
instances:
  a: {url: wss://example.com/, proxy: none, deflate: off, reconnect: {rules: []}}
)");
  EXPECT_EQ(settings.proxy, std::nullopt);
  EXPECT_EQ(settings.deflate, (ws::DeflateSettings{.offer = Offer::Off, .threshold = 1024}));
  EXPECT_TRUE(settings.reconnect.rules.empty());
  EXPECT_EQ(settings.reconnect.max_retry_after, 1min);
}

TEST(Inheritance, AProxyIsChangedKeyByKey) {
  const Settings settings = settings_of(R"(
defaults: {proxy: {url: http://localhost:3128, user: me, password: {file: /p}}}
instances: {a: {url: wss://example.com/, proxy: {url: socks5://localhost}}}
)");
  ASSERT_TRUE(settings.proxy);
  EXPECT_EQ(settings.proxy->url.scheme, "socks5");
  EXPECT_EQ(settings.proxy->login.user, text("me"));
}

// Whatever is written as a rule is understood as it stands, or refused: never half.
TEST(Rules, EveryFaultAndPhaseThatADocumentNamesCanBeCompared) {
  for (const char* fault : {"dns", "proxy", "tcp", "tls", "http", "protocol", "too_large",
                            "pong_timeout", "timeout", "server_close", "write_timeout", "local"}) {
    const Settings settings = settings_of(
        std::string("instances: {a: {url: wss://example.com/, reconnect: {rules: [{fault: ") +
        fault + ", do: fail}]}}}");
    ASSERT_EQ(settings.reconnect.rules.size(), 1U) << fault;
    EXPECT_EQ(name_of(settings.reconnect.rules[0].faults.at(0)), fault);
  }
}

}  // namespace
}  // namespace wsrelay::config
