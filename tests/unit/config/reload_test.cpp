// What the table says of a reload is what the client does: for every setting of an instance, one
// other value. Whoever adds a setting adds its row here.
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "client/settings.hpp"
#include "config/fields.hpp"
#include "config/load.hpp"

namespace wsrelay::config {
namespace {

struct Change {
  std::string key;  // "liveness.ping.interval"; in a list: "publish.topic"
  std::string after;
  std::string before = {};  // as it is by default
};

std::string table_name(const testing::TestParamInfo<Change>& row) {
  std::string name;
  bool begins = true;
  for (const char c : row.param.key) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0)
      begins = true;
    else
      name += std::exchange(begins, false)
                  ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                  : c;
  }
  return name;
}

/// `settings` in flow style: "tls: {ca_file: /x}".
Instance instance_with(const std::string& settings) {
  const bool own_url = settings.starts_with("url:");
  const std::string url = own_url ? "" : "url: 'wss://a.example/', ";
  const Loaded loaded = load("instances: {a: {" + url + settings + "}}", "x.yaml");
  EXPECT_TRUE(loaded.ok()) << settings << ": "
                           << (loaded.ok() ? std::string() : loaded.problems.front().text());
  const auto found = loaded.config.instances.find("a");
  return found == loaded.config.instances.end() ? Instance{} : found->second;
}

std::vector<Difference> differences(const Instance& before, const Instance& after) {
  Comparison comparison;
  instance().compare(before, after, comparison);
  return comparison.take();
}

const std::string kTopic = "topic: a/b";
const std::string kProxy = "url: 'http://localhost:1'";

std::string rule(const std::string& rest, const std::string& condition = "close: 4000") {
  return "reconnect: {rules: [{" + condition + ", " + rest + "}]}";
}
std::string list(const std::string& name, const std::string& item) {
  return name + ": [{" + item + "}]";
}

const std::vector<Change>& changes() {
  static const std::vector<Change> all{
      {"url", "url: 'wss://b.example/'"},
      {"enabled", "enabled: false"},
      {"allow_plaintext", "allow_plaintext: true"},
      {"labels", "labels: {site: hall}"},
      {"headers", "headers: {X: y}"},
      {"query", "query: {x: y}"},
      {"auth.basic.user", "auth: {basic: {user: a, password: {env: P}}}",
       "auth: {basic: {user: b, password: {env: P}}}"},
      {"auth.basic.password", "auth: {basic: {user: a, password: {env: P}}}",
       "auth: {basic: {user: a, password: {env: Q}}}"},
      {"auth.bearer", "auth: {bearer: {env: P}}"},
      {"user_agent", "user_agent: x"},
      {"subprotocols", "subprotocols: [x]"},
      {"subprotocol_required", "subprotocols: [x], subprotocol_required: true",
       "subprotocols: [x]"},
      {"follow_redirects", "follow_redirects: true"},
      {"deflate.offer", "deflate: {offer: required}", "deflate: {offer: on}"},
      {"deflate.client_max_window_bits", "deflate: {client_max_window_bits: 10}"},
      {"deflate.server_max_window_bits", "deflate: {server_max_window_bits: 10}"},
      {"deflate.client_context_takeover", "deflate: {client_context_takeover: true}",
       "deflate: {client_context_takeover: false}"},
      {"deflate.server_context_takeover", "deflate: {server_context_takeover: true}",
       "deflate: {server_context_takeover: false}"},
      {"deflate.threshold", "deflate: {threshold: 7B}"},
      {"receive", "receive: frames"},
      {"proxy.url", "proxy: {url: 'http://localhost:2'}", "proxy: {" + kProxy + "}"},
      {"proxy.user", "proxy: {" + kProxy + ", user: a, password: {env: P}}",
       "proxy: {" + kProxy + ", user: b, password: {env: P}}"},
      {"proxy.password", "proxy: {" + kProxy + ", user: a, password: {env: P}}",
       "proxy: {" + kProxy + ", user: a, password: {env: Q}}"},
      {"tcp.keepalive.enabled", "tcp: {keepalive: {enabled: true}}",
       "tcp: {keepalive: {enabled: false}}"},
      {"tcp.keepalive.idle", "tcp: {keepalive: {idle: 33s}}"},
      {"tcp.keepalive.interval", "tcp: {keepalive: {interval: 33s}}"},
      {"tcp.keepalive.count", "tcp: {keepalive: {count: 33}}"},
      {"tcp.bind_interface", "tcp: {bind_interface: eth9}"},
      {"tcp.bind_address", "tcp: {bind_address: 192.0.2.1}"},
      {"tls.ca_file", "tls: {ca_file: /x.pem}"},
      {"tls.cert_file", "tls: {cert_file: /x.pem, key_file: /k.pem}",
       "tls: {cert_file: /y.pem, key_file: /k.pem}"},
      {"tls.key_file", "tls: {cert_file: /x.pem, key_file: /k.pem}",
       "tls: {cert_file: /x.pem, key_file: /l.pem}"},
      {"tls.key_password", "tls: {cert_file: /x.pem, key_file: /k.pem, key_password: {env: P}}",
       "tls: {cert_file: /x.pem, key_file: /k.pem}"},
      {"tls.server_name", "tls: {server_name: c.example}"},
      {"tls.verify_name", "tls: {verify_name: c.example}"},
      {"tls.verify", "tls: {verify: chain}"},
      {"liveness.ping.interval", "liveness: {ping: {interval: 3s}}"},
      {"liveness.ping.timeout", "liveness: {ping: {timeout: 3s}}"},
      {"liveness.ping.on_timeout", "liveness: {ping: {on_timeout: warn}}"},
      {"liveness.data.after", "liveness: {data: {after: 33s}}"},
      {"reconnect.enabled", "reconnect: {enabled: false}"},
      {"reconnect.on_clean_close", "reconnect: {on_clean_close: false}"},
      {"reconnect.delay.first", "reconnect: {delay: {first: 3s}}"},
      {"reconnect.delay.max", "reconnect: {delay: {max: 33s}}"},
      {"reconnect.delay.stable_after", "reconnect: {delay: {stable_after: 33s}}"},
      {"reconnect.max_retry_after", "reconnect: {max_retry_after: 33s}"},
      {"reconnect.rules.close", rule("do: fail", "close: 4001"), rule("do: fail")},
      {"reconnect.rules.http", rule("do: fail", "http: 401"), rule("do: fail", "http: 403")},
      {"reconnect.rules.fault", rule("do: fail", "fault: tls"), rule("do: fail", "fault: dns")},
      {"reconnect.rules.phase", rule("do: fail", "phase: ready"), rule("do: fail", "phase: tls")},
      {"reconnect.rules.do", rule("do: fail"), rule("do: refresh")},
      {"reconnect.rules.delay", rule("do: wait, delay: 3s"), rule("do: wait, delay: 4s")},
      {"timeouts.dns", "timeouts: {dns: 3s}"},
      {"timeouts.connect", "timeouts: {connect: 3s}"},
      {"timeouts.proxy", "timeouts: {proxy: 3s}"},
      {"timeouts.tls", "timeouts: {tls: 3s}"},
      {"timeouts.upgrade", "timeouts: {upgrade: 3s}"},
      {"timeouts.write", "timeouts: {write: 3s}"},
      {"timeouts.close", "timeouts: {close: 3s}"},
      {"limits.max_message", "limits: {max_message: 3KiB}"},
      {"limits.max_frames", "limits: {max_frames: 3}"},
      {"limits.chunk", "receive: chunks, limits: {chunk: 3KiB}", "receive: chunks"},
      {"lanes.publish.max_messages", "lanes: {publish: {max_messages: 3}}"},
      {"lanes.publish.max_bytes", "lanes: {publish: {max_bytes: 3MiB}}"},
      {"lanes.publish.max_age", "lanes: {publish: {max_age: 3s}}"},
      {"lanes.publish.overflow", "lanes: {publish: {overflow: block}}"},
      {"lanes.deliver.max_messages", "lanes: {deliver: {max_messages: 3}}"},
      {"lanes.deliver.max_bytes", "lanes: {deliver: {max_bytes: 3MiB}}"},
      {"lanes.deliver.max_age", "lanes: {deliver: {max_age: 3s}}"},
      {"lanes.deliver.overflow", "lanes: {deliver: {overflow: close}}"},
      {"publish.topic", list("publish", "topic: x/y"), list("publish", kTopic)},
      {"publish.qos", list("publish", kTopic + ", qos: 1"), list("publish", kTopic + ", qos: 0")},
      {"publish.retain", list("publish", kTopic + ", retain: true"),
       list("publish", kTopic + ", retain: false")},
      {"deliver.topic", list("deliver", "topic: x/y"), list("deliver", kTopic)},
      {"deliver.as", list("deliver", kTopic + ", as: text"),
       list("deliver", kTopic + ", as: binary")},
      {"deliver.qos", list("deliver", kTopic + ", qos: 0"), list("deliver", kTopic + ", qos: 1")},
      {"send_topics", "send_topics: false"},
  };
  return all;
}

// Nothing of them is left to compare, or there is only one value.
const std::set<std::string> kWithoutAChange{"for_each", "lanes.publish.queue",
                                            "lanes.deliver.queue"};

// Every setting's name, and what the table says of it.
void collect(const Outline& group, const std::string& prefix, std::map<std::string, Reload>& all) {
  for (const Outline& each : group.children) {
    const std::string key = prefix + each.name;
    if (each.is_leaf())
      all[key] = each.reload;
    else
      collect(each, key + ".", all);
  }
}

std::map<std::string, Reload> settings_of_the_table() {
  std::map<std::string, Reload> all;
  collect(instance().outline(Instance{}), "", all);
  return all;
}

class Reloaded : public testing::TestWithParam<Change> {};

TEST_P(Reloaded, NeedsANewConnectionExactlyIfTheTableSaysSo) {
  const Change& change = GetParam();
  const Instance before = instance_with(change.before);
  const Instance after = instance_with(change.after);
  const std::vector<Difference> found = differences(before, after);
  ASSERT_EQ(found.size(), 1U) << "this one setting differs, and no other";
  // What has no parts for the comparison differs as a whole: proxy, and the lists.
  const std::string& whole = found.front().key;
  EXPECT_TRUE(whole == change.key || change.key.starts_with(whole + ".")) << whole;
  const Reload reload = settings_of_the_table().at(change.key);
  EXPECT_EQ(found.front().reload, reload);
  ASSERT_NE(reload, Reload::Restart) << "an instance has no such setting";
  const bool anew = reload == Reload::Reconnect;
  EXPECT_EQ(client::needs_new_connection(before.client, after.client), anew);
  EXPECT_EQ(client::needs_new_connection(after.client, before.client), anew);
  EXPECT_FALSE(client::needs_new_connection(after.client, after.client));
}

INSTANTIATE_TEST_SUITE_P(Rows, Reloaded, testing::ValuesIn(changes()), table_name);

TEST(TheTable, HasARowForEachSetting) {
  std::set<std::string> wanted, there(kWithoutAChange);
  for (const auto& [key, reload] : settings_of_the_table()) wanted.insert(key);
  for (const Change& change : changes())
    EXPECT_TRUE(there.insert(change.key).second) << change.key << " is there twice";
  EXPECT_EQ(there, wanted);
}

}  // namespace
}  // namespace wsrelay::config
