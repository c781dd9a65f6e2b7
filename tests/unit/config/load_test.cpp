#include "config/load.hpp"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Config good(std::string_view yaml) {
  Loaded loaded = load(yaml, "test.yaml");
  for (const Problem& problem : loaded.problems) ADD_FAILURE() << problem.text();
  EXPECT_TRUE(loaded.ok());
  return std::move(loaded.config);
}

struct Empty {
  const char* name;
  std::string_view yaml;
};
class EmptyFile : public testing::TestWithParam<Empty> {};
TEST_P(EmptyFile, IsTheDefaultConfiguration) {
  EXPECT_EQ(good(GetParam().yaml), Config{});
}
INSTANTIATE_TEST_SUITE_P(
    Rows, EmptyFile,
    testing::Values(Empty{"NoByte", ""}, Empty{"OnlyComments", "# nothing\n\n# here\n"},
                    Empty{"DocumentStart", "---\n"}, Empty{"DocumentEnd", "---\n{}\n...\n"},
                    Empty{"ByteOrderMark", "\xEF\xBB\xBF"}, Empty{"EmptyMap", "{}"},
                    Empty{"EmptyGroups",
                          "mqtt:\n  tls:\ninstances:\ndefaults:\n  lanes: {publish: }\n"},
                    Empty{"CarriageReturns", "instances: {}\r\nmqtt: {}\r\n"}),
    [](const auto& row) { return row.param.name; });

TEST(Load, FillsEveryKindOfSetting) {
  const Config config = good(R"(
name: hall
log: {level: debug}
drain_timeout: 1m
starts: {per_second: 20, per_host_per_second: 0}
secrets: {key: {env: API_KEY}}
mqtt:
  url: mqtts://Broker.Example.com
  username: me
  password: {credential: pw}
  client_id: c1
  base_topic: home/relay
  keepalive: 30s
  session_expiry: 0s
  tls: {ca_file: /ca.pem, cert_file: /c.pem, key_file: /k.pem, key_password: {file: /kp}, server_name: b.example.com}
  reconnect: {delay: {first: 2s, max: 4s, stable_after: 8s}}
instances:
  ticker:
    url: wss://stream.example.com:8443/ws?w=2
    enabled: false
    headers: {X-A: plain, X-B: {file: /b}}
    query: {v: '3', Token: {file: /q}}
    auth: {bearer: {env: BEARER}}
    subprotocols: [v2, v1]
    liveness: {ping: {interval: 0s, timeout: 5s}, data: {after: 3m}}
    timeouts: {dns: 1s, connect: 2s, tls: 3s, upgrade: 4s, write: 5s, close: 6s}
    limits: {max_message: 512B}
    lanes: {publish: {max_messages: 7, max_bytes: 1KiB, max_age: 1h, overflow: block}, deliver: {max_age: none}}
    publish: [{topic: 'm/{{opcode}}', qos: 1, retain: true}]
    deliver: [{topic: 'o/+', as: text, qos: 0}]
    send_topics: false
)");
  EXPECT_EQ(config.name, "hall");
  EXPECT_EQ(config.log_level, LogLevel::Debug);
  EXPECT_EQ(config.drain_timeout, 1min);
  EXPECT_EQ(config.starts,
            (client::StartRate::Settings{.per_second = 20, .per_host_per_second = 0}));
  EXPECT_EQ(config.secrets.at("key").name, "API_KEY");
  const mqtt::Settings& broker = config.mqtt.broker;
  EXPECT_EQ(broker.url.text(), "mqtts://broker.example.com");
  EXPECT_EQ(broker.url.port, 8883);
  EXPECT_EQ(broker.username.literal.reveal(), "me");
  EXPECT_EQ(broker.password.source, SecretRef::Source::Credential);
  EXPECT_EQ(broker.client_id, "c1");
  EXPECT_EQ(config.mqtt.base_topic, "home/relay");
  EXPECT_EQ(broker.keepalive, 30s);
  EXPECT_EQ(broker.session_expiry, 0s);
  EXPECT_EQ(broker.tls,
            (io::TlsSettings{.ca_file = "/ca.pem",
                             .cert_file = "/c.pem",
                             .key_file = "/k.pem",
                             .key_password = {.source = SecretRef::Source::File, .name = "/kp"},
                             .server_name = "b.example.com"}));
  EXPECT_EQ(broker.delay, (Delay{.first = 2s, .max = 4s, .stable_after = 8s}));
  const Instance& ticker = config.instances.at("ticker");
  EXPECT_FALSE(ticker.enabled);
  EXPECT_EQ(ticker.client.url.text(), "wss://stream.example.com:8443/ws?w=2");
  ASSERT_EQ(ticker.client.headers.size(), 2U);
  EXPECT_EQ(ticker.client.headers[0].value.literal.reveal(), "plain");
  EXPECT_EQ(ticker.client.headers[1].value.source, SecretRef::Source::File);
  ASSERT_EQ(ticker.client.query.size(), 2U);
  EXPECT_EQ(ticker.client.query[0].name, "v");
  EXPECT_EQ(ticker.client.query[0].value.literal.reveal(), "3");
  EXPECT_EQ(ticker.client.query[1].name, "Token");
  EXPECT_EQ(ticker.client.query[1].value.name, "/q");
  EXPECT_EQ(ticker.client.bearer.name, "BEARER");
  EXPECT_THAT(ticker.client.subprotocols, ElementsAre("v2", "v1"));
  EXPECT_EQ(ticker.client.ping, (client::Ping{.interval = 0s, .timeout = 5s}));
  EXPECT_EQ(ticker.client.timeouts,
            (client::Timeouts{
                .dns = 1s, .connect = 2s, .tls = 3s, .upgrade = 4s, .write = 5s, .close = 6s}));
  EXPECT_EQ(ticker.client.limits.max_message, 512U);
  EXPECT_EQ(
      ticker.lanes.publish,
      (Lane{.max_messages = 7, .max_bytes = 1024, .max_age = 1h, .overflow = Overflow::Block}));
  EXPECT_EQ(ticker.lanes.deliver.max_age, Duration::max());
  EXPECT_EQ(ticker.lanes.deliver.max_messages, 1000U);
  EXPECT_EQ(ticker.rules.publish[0],
            (route::PublishRule{.topic = "m/{{opcode}}", .qos = 1, .retain = true}));
  EXPECT_EQ(ticker.rules.deliver[0],
            (route::DeliverRule{.topic = "o/+", .as = route::SendAs::Text, .qos = 0}));
  EXPECT_FALSE(ticker.rules.send_topics);
}

TEST(Defaults, MergeByKeyAndNameWhileListsReplace) {
  const Config config = good(R"(
instances:            # before its defaults: the order of the file does not matter
  a:
    url: wss://a.example.com
    headers: {x-one: mine, X-Three: c}
    liveness: {ping: {timeout: 9s}}
    deliver: [{topic: own}]
  b: {url: wss://b.example.com}
defaults:
  headers: {X-One: a, X-Two: b}
  liveness: {ping: {interval: 7s}}
  deliver: [{topic: one}, {topic: two}]
)");
  const Instance& a = config.instances.at("a");
  ASSERT_EQ(a.client.headers.size(), 3U);
  EXPECT_EQ(a.client.headers[0].name, "x-one");
  EXPECT_EQ(a.client.headers[0].value.literal.reveal(), "mine");
  EXPECT_EQ(a.client.headers[1].name, "X-Two");
  EXPECT_EQ(a.client.ping, (client::Ping{.interval = 7s, .timeout = 9s}));
  ASSERT_EQ(a.rules.deliver.size(), 1U);
  EXPECT_EQ(a.rules.deliver[0].topic, "own");
  const Instance& b = config.instances.at("b");
  EXPECT_EQ(b.rules.deliver.size(), 2U);
  EXPECT_EQ(b.client.headers.size(), 2U);
}

TEST(Defaults, MayHoldTheUrlOfAll) {
  const Config config = good("defaults: {url: wss://example.com/}\ninstances: {a: {}, b: }\n");
  EXPECT_EQ(config.instances.at("b").client.url.host, "example.com");
}

TEST(Defaults, AreSaidOnceHoweverManyInheritThem) {
  const Loaded loaded = load(
      "defaults: {tls: {verify: none}, url: wss://example.com/}\ninstances: {a: , b: , c: }", "f");
  ASSERT_EQ(loaded.problems.size(), 1U);
  EXPECT_EQ(loaded.problems[0].key, "defaults.tls.verify");
  EXPECT_TRUE(loaded.ok()) << "a warning refuses nothing";
}

TEST(EmptyPublishList, PublishesNothing) {
  const Config config = good("instances: {a: {url: wss://example.com/, publish: []}}");
  EXPECT_TRUE(config.instances.at("a").rules.publish.empty());
}

TEST(References, AreListedAndThoseInTheEnvironmentByName) {
  const Config config = good(R"(
secrets: {a: {env: ONE}}
mqtt:
  username: {env: FIVE}
  password: {env: TWO}
  url: mqtts://localhost
  tls: {cert_file: /c, key_file: /k, key_password: {env: SIX}}
defaults: {headers: {X-A: {env: ONE}, X-B: {file: /b}, X-C: plain}}
instances:
  i:
    url: wss://example.com/
    query: {t: {env: SEVEN}}
    auth: {basic: {user: {env: THREE}, password: {credential: p}}}
    proxy: {url: http://localhost, user: me, password: {env: FOUR}}
  j:
    url: wss://example.com/
    auth: {bearer: {env: EIGHT}}
    tls: {cert_file: /c, key_file: /k, key_password: {env: NINE}}
)");
  EXPECT_THAT(environment_names(config), UnorderedElementsAre("ONE", "TWO", "THREE", "FOUR", "FIVE",
                                                              "SIX", "SEVEN", "EIGHT", "NINE"));
  EXPECT_EQ(secret_refs(config).size(), 14U);
}

TEST(Defaults, GiveWayToALoginOfAnotherKind) {
  const Config config = good(R"(
defaults: {url: wss://example.com/, auth: {basic: {user: u, password: {file: /p}}}}
instances: {a: {auth: {bearer: {file: /t}}}, b: {auth: {basic: {user: v}}}, c: }
)");
  const auto& a = config.instances.at("a").client;
  EXPECT_TRUE(a.bearer.is_given());
  EXPECT_EQ(a.basic, client::Login{});
  EXPECT_EQ(config.instances.at("b").client.basic.user.literal.reveal(), "v");
  EXPECT_TRUE(config.instances.at("b").client.basic.password.is_given());
  EXPECT_TRUE(config.instances.at("c").client.basic.user.is_given());
}

TEST(Defaults, AddToTheQueryByName) {
  const Config config = good(R"(
defaults: {url: wss://example.com/, query: {a: x, b: y}}
instances: {i: {query: {b: z, B: w}}}
)");
  std::string all;
  for (const client::QueryField& each : config.instances.at("i").client.query)
    all += each.name + "=" + std::string(each.value.literal.reveal()) + " ";
  EXPECT_EQ(all, "a=x b=z B=w ");
}

TEST(References, OfOtherNamesStandInTexts) {
  const Config config = good(R"(
instances:            # before its secrets: the order of the file does not matter
  i:
    url: wss://example.com/
    headers: {X-Key: 'Bearer {{secret:key}}', X-Id: 'a-{{secret:id}}{{secret:key}}-z'}
    auth: {basic: {user: 'u{{secret:id}}', password: '{{secret:key}}'}}
secrets: {key: {file: /key}, id: {env: ID}}
mqtt: {username: me, password: 'x{{secret:id}}'}
)");
  using From = SecretRef::Source;
  const SecretRef key{.source = From::File, .name = "/key"};
  const SecretRef id{.source = From::Environment, .name = "ID"};
  const auto text = [](std::string value) {
    return SecretRef{.source = From::Literal, .literal = Secret(std::move(value))};
  };
  const auto joined = [](std::vector<SecretRef> parts) {
    return SecretRef{.source = From::Joined, .parts = std::move(parts)};
  };
  const client::Settings& client = config.instances.at("i").client;
  EXPECT_TRUE(client.headers[0].value == joined({text("Bearer "), key}));
  EXPECT_TRUE(client.headers[1].value == joined({text("a-"), id, key, text("-z")}));
  EXPECT_TRUE(client.basic.user == joined({text("u"), id}));
  EXPECT_TRUE(client.basic.password == key) << "alone it is what it names";
  EXPECT_TRUE(config.mqtt.broker.password == joined({text("x"), id}));
  EXPECT_THAT(environment_names(config), UnorderedElementsAre("ID"));
  EXPECT_EQ(secret_refs(config).size(), 8U);
}

TEST(Reload, EqualTextsAreEqualConfigurationsAndOneChangedWordIsNot) {
  const std::string text =
      "instances: {a: {url: wss://a.example.com/}, b: {url: wss://b.example.com/}}";
  std::string changed = text;
  changed.replace(changed.find("b.ex"), 1, "c");
  EXPECT_EQ(good(text), good(text));
  const Config before = good(text);
  const Config after = good(changed);
  EXPECT_EQ(before.instances.at("a"), after.instances.at("a"));
  EXPECT_NE(before.instances.at("b"), after.instances.at("b"));
}

TEST(Problems, StandInTheOrderOfTheFile) {
  const Loaded loaded = load("x: 1\nlog: {level: 1}\ny: 2\nname: ''\n", "f");
  std::vector<unsigned> lines;
  for (const Problem& each : loaded.problems) lines.push_back(each.line);
  EXPECT_THAT(lines, ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(loaded.ok());
}

TEST(Problems, PastTheBoundAreCounted) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "x" + std::to_string(i) + ": 1\n";
  const Loaded loaded = load(text, "f");
  ASSERT_EQ(loaded.problems.size(), 1001U);
  EXPECT_EQ(loaded.problems.back().what, "… and 4000 more");
  EXPECT_FALSE(loaded.ok());
}

TEST(Problems, ManyWarningsDoNotHideAProblem) {
  std::string text = "instances:\n";
  for (int i = 0; i < 2000; ++i) text += "  i" + std::to_string(i) + ": {url: ws://10.0.0.1/}\n";
  EXPECT_TRUE(load(text, "f").ok());
  EXPECT_FALSE(load(text + "  last: {}\n", "f").ok());
}

// Whatever a text is cut down to, something sensible is said, and no secret.
TEST(Load, EveryPrefixOfAFileIsReadOrRefused) {
  const std::string texts[] = {
      "mqtt:\n  username: me\n  password: \"hunter2\"\ninstances:\n  a:\n    url: "
      "wss://u:hunter3@h/\n"
      "    headers: {Authorization: hunter4, X: 'hunter5'}\n"
      "    auth: {basic: {user: me, password: hunter6}}\n"
      "    tls: {cert_file: 'pkcs11:a=b?pin-value=hunter9', key_file: /k}\n",
      // Without a telling word nearby.
      "instances:\n  a: {proxy: {url: http://u:hunter2@h}, url: wss://h}\n",
      "instances:\n  a: {url: wss://h/?x=hunter2, proxy: http://hunter3:hunter4}\n",
      "instances:\n  a: {url: 'wss://[::1]:hunter2', tls: {cert_file: "
      "'pkcs11:a=b?pin-value=hunter3'}}\n",
      "instances:\n  a: {auth: hunter2}\n"};
  for (const std::string& text : texts)
    for (std::size_t n = 0; n <= text.size(); ++n)
      for (const Problem& each : load(text.substr(0, n), "f").problems)
        EXPECT_EQ(each.text().find("hunt"), std::string::npos) << n << '\n' << each.text();
}

TEST(Load, TakesTenThousandInstances) {
  std::string text = "mqtt: {url: mqtt://localhost}\ninstances:\n";
  for (int i = 0; i < 10'000; ++i)
    text += "  i" + std::to_string(i) + ":\n    url: wss://host" + std::to_string(i) +
            ".example.com/ws\n    deliver: [{topic: 'in/{{instance}}/#'}]\n";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(good(text).instances.size(), 10'000U);
  const auto took = std::chrono::steady_clock::now() - begin;
  RecordProperty("milliseconds", std::to_string(took / 1ms));
  EXPECT_LT(took, 30s) << "quadratic somewhere";
}

// Each was once compared with all before it: a file of half a megabyte took twenty seconds.
TEST(LongLists, CostTheirLength) {
  std::string headers, query, subprotocols;
  for (int i = 0; i < 50'000; ++i) {
    headers += "X-" + std::to_string(i) + ": a, ";
    query += "q" + std::to_string(i) + ": a, ";
    subprotocols += "p" + std::to_string(i) + ", ";
  }
  const Config config = good("defaults: {headers: {" + headers + "}, query: {" + query +
                             "}, subprotocols: [" + subprotocols + "]}");
  EXPECT_EQ(config.defaults.client.headers.size(), 50'000U);
  EXPECT_EQ(config.defaults.client.query.size(), 50'000U);
  EXPECT_EQ(config.defaults.client.subprotocols.size(), 50'000U);
}

}  // namespace
}  // namespace wsrelay::config
