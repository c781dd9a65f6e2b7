// The table's second half: one WebSocket connection, its lanes and its rules.
#include "config/checks.hpp"
#include "config/choice.hpp"
#include "config/fields.hpp"
#include "config/named.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;
using Queues = Choice<Queue>;
using Overflows = Choice<Overflow>;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

Record<Instance> ping() {
  return {{
      field(
          "interval", +[](Instance & i) -> auto& { return i.client.ping.interval; },
          Span{.least = 1s, .most = 24h, .or_zero = true}, Reload::Live,
          "The server is pinged this often; 0s: never."),
      field(
          "timeout", +[](Instance & i) -> auto& { return i.client.ping.timeout; },
          Span{.least = 100ms, .most = 1h}, Reload::Live,
          "Without an answer for this long the connection is taken for dead."),
  }};
}

Record<Instance> liveness() {
  return {{field(
      "ping", +[](Instance & i) -> auto& { return i; }, ping(), Reload::Live,
      "Pings, and how long to wait for their answer.")}};
}

Record<Instance> reconnect() {
  return {{field(
      "delay", +[](Instance & i) -> auto& { return i.client.reconnect.delay; }, delay(Reload::Live),
      Reload::Live, "How long to rest between two attempts.")}};
}

Record<client::Timeouts> timeouts() {
  using client::Timeouts;
  const Span span{.least = 100ms, .most = 10min};
  const Reload reconnect = Reload::Reconnect;
  return {{
      field(
          "dns", +[](Timeouts & t) -> auto& { return t.dns; }, span, reconnect,
          "The longest wait for the server's addresses."),
      field(
          "connect", +[](Timeouts & t) -> auto& { return t.connect; }, span, reconnect,
          "The longest wait for a TCP connection."),
      field(
          "tls", +[](Timeouts & t) -> auto& { return t.tls; }, span, reconnect,
          "The longest wait for the TLS handshake."),
      field(
          "upgrade", +[](Timeouts & t) -> auto& { return t.upgrade; }, span, reconnect,
          "The longest wait for the server's answer to the upgrade."),
      field(
          "write", +[](Timeouts & t) -> auto& { return t.write; }, span, Reload::Live,
          "A server that takes none of the waiting bytes for this long is given up."),
      field(
          "close", +[](Timeouts & t) -> auto& { return t.close; }, span, reconnect,
          "The longest wait for the server's Close."),
  }};
}

Record<client::Limits> limits() {
  return {{field(
      "max_message", +[](client::Limits & l) -> auto& { return l.max_message; },
      Size{.least = 1, .most = 256 * kMiB}, Reload::Reconnect,
      "A longer message from the server ends the connection (1009).")}};
}

Record<Lane> lane(const Overflows& overflows) {
  return {{
      field(
          "queue", +[](Lane & l) -> auto& { return l.queue; },
          Queues{{{"memory", Queue::Memory},
                  {"disk", Queue::Disk, "the disk queue does not exist in this version",
                   "use memory"}}},
          Reload::Live, "Where waiting messages are kept."),
      field(
          "max_messages", +[](Lane & l) -> auto& { return l.max_messages; }, Number{1, 10'000'000},
          Reload::Live, "At most so many messages wait."),
      field(
          "max_bytes", +[](Lane & l) -> auto& { return l.max_bytes; },
          Size{.least = kKiB, .most = 16 * 1024 * kMiB}, Reload::Live,
          "At most so many bytes wait."),
      field(
          "max_age", +[](Lane & l) -> auto& { return l.max_age; },
          Span{.least = 100ms, .most = 24h * 365, .or_none = true}, Reload::Live,
          "What waited longer is dropped."),
      field(
          "overflow", +[](Lane & l) -> auto& { return l.overflow; }, overflows, Reload::Live,
          "What gives way when the lane is full."),
  }};
}

Record<Lanes> lanes() {
  const Overflows publish{{{"drop_oldest", Overflow::DropOldest},
                           {"drop_newest", Overflow::DropNewest},
                           {"block", Overflow::Block},
                           {"close", Overflow::Close}}};
  Overflows deliver = publish;
  deliver.all[2].objection = "block is for the publish lane only";
  deliver.all[2].hint =
      "one broker connection serves all instances, and none may hold up the others";
  return {{
      field(
          "publish", +[](Lanes & l) -> auto& { return l.publish; }, lane(publish), Reload::Live,
          "From the WebSocket server to MQTT."),
      field(
          "deliver", +[](Lanes & l) -> auto& { return l.deliver; }, lane(deliver), Reload::Live,
          "From MQTT to the WebSocket server."),
  }};
}

Record<route::PublishRule> publish_rule() {
  using route::PublishRule;
  return {{
      field(
          "topic", +[](PublishRule & r) -> auto& { return r.topic; },
          Topic{"a topic, with {{base}}, {{instance}} or {{opcode}}", publish_topic}, Reload::Live,
          "Where the message is published."),
      field(
          "qos", +[](PublishRule & r) -> auto& { return r.qos; }, Qos{}, Reload::Live,
          "0: at most once, 1: at least once."),
      field(
          "retain", +[](PublishRule & r) -> auto& { return r.retain; }, Flag{}, Reload::Live,
          "The broker keeps the last message for those who subscribe later."),
  }};
}

Record<route::DeliverRule> deliver_rule() {
  using route::DeliverRule;
  using route::SendAs;
  return {{
      field("topic", +[](DeliverRule & r) -> auto& { return r.topic; },
            Topic{"a topic filter, with {{base}} or {{instance}}", deliver_filter}, Reload::Live,
            "What is subscribed to; + and # as MQTT has them.",
            {.example = "'orders/+/new'", .required = true}),
      field(
          "as", +[](DeliverRule & r) -> auto& { return r.as; },
          Choice<SendAs>{
              {{"auto", SendAs::Auto}, {"text", SendAs::Text}, {"binary", SendAs::Binary}}},
          Reload::Live,
          "The kind of WebSocket message it becomes; auto: what the publisher said, else text if "
          "it is UTF-8."),
      field(
          "qos", +[](DeliverRule & r) -> auto& { return r.qos; }, Qos{}, Reload::Live,
          "The quality of service to subscribe with."),
  }};
}

}  // namespace

const Record<Instance>& instance() {
  static const Record<Instance> whole{{
      field("url", +[](Instance & i) -> auto& { return i.client.url; }, Address{{"ws", "wss"}},
            Reload::Reconnect, "The WebSocket server.",
            {.example = "wss://stream.example.com/ws", .required = true}),
      field(
          "enabled", +[](Instance & i) -> auto& { return i.enabled; }, Flag{}, Reload::Live,
          "false: known, but not connected."),
      field(
          "allow_plaintext", +[](Instance & i) -> auto& { return i.allow_plaintext; }, Flag{},
          Reload::Live, "Permits ws:// to a host beyond the local network."),
      field("headers", +[](Instance & i) -> auto& { return i.client.headers; }, Headers{},
            Reload::Reconnect,
            "More fields for the upgrade request; references are read anew for each attempt.",
            {.example = "{Authorization: {credential: ticker-authorization}}"}),
      field(
          "subprotocols", +[](Instance & i) -> auto& { return i.client.subprotocols; },
          Texts{"a subprotocol", subprotocol}, Reload::Reconnect,
          "Offered to the server, the preferred one first."),
      field(
          "tls", +[](Instance & i) -> auto& { return i.client.tls; }, tls(Reload::Reconnect),
          Reload::Reconnect, "How far to trust the server (wss://)."),
      field(
          "liveness", +[](Instance & i) -> auto& { return i; }, liveness(), Reload::Live,
          "How a dead connection is noticed."),
      field(
          "reconnect", +[](Instance & i) -> auto& { return i; }, reconnect(), Reload::Live,
          "What happens when the connection is lost."),
      field(
          "timeouts", +[](Instance & i) -> auto& { return i.client.timeouts; }, timeouts(),
          Reload::Reconnect, "How long each step may take."),
      field(
          "limits", +[](Instance & i) -> auto& { return i.client.limits; }, limits(),
          Reload::Reconnect, "What a server may ask of us."),
      field(
          "lanes", +[](Instance & i) -> auto& { return i.lanes; }, lanes(), Reload::Live,
          "The bounded queues between the two sides, one a direction."),
      field(
          "publish", +[](Instance & i) -> auto& { return i.rules.publish; },
          List<route::PublishRule>{
              publish_rule(), "[{topic: '{{base}}/{{instance}}/recv', qos: 0, retain: false}]"},
          Reload::Live,
          "Where messages from the server go; the first rule takes them, [] publishes nothing."),
      field(
          "deliver", +[](Instance & i) -> auto& { return i.rules.deliver; },
          List<route::DeliverRule>{deliver_rule(), "[]"}, Reload::Live,
          "Which publications go to the server."),
      field(
          "send_topics", +[](Instance & i) -> auto& { return i.rules.send_topics; }, Flag{},
          Reload::Live,
          "Whether {{base}}/{{instance}}/send, …/send/text and …/send/binary go to the server."),
  }};
  return whole;
}

}  // namespace wsrelay::config
