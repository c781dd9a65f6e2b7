// The table: one WebSocket connection as a whole, its lanes and its rules.
#include "config/checks.hpp"
#include "config/choice.hpp"
#include "config/fields.hpp"
#include "config/for_each.hpp"
#include "config/group_forms.hpp"
#include "config/named.hpp"
#include "config/types.hpp"

namespace wsrelay::config {
namespace {

using namespace std::chrono_literals;
using Queues = Choice<Queue>;
using Overflows = Choice<Overflow>;

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;

Record<client::Limits> limits() {
  using client::Limits;
  const Reload live = Reload::Live;
  return {{
      field(
          "max_message", +[](Limits & l) -> auto& { return l.max_message; },
          Size{.least = 1, .most = 256 * kMiB}, live,
          "A longer message from the server ends the connection (1009); where frames are received, "
          "a longer frame."),
      field("max_frames", +[](Limits & l) -> auto& { return l.max_frames; }, Number{1, 10'000'000},
            live, "A message in more frames than this ends the connection (1008).",
            {.since = "0.2"}),
      field("chunk", +[](Limits & l) -> auto& { return l.chunk; },
            Size{.least = 1, .most = 16 * kMiB}, live,
            "Where chunks are received: the length of one.", {.since = "0.2"}),
  }};
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
  using Offer = ws::DeflateSettings::Offer;
  const Reload anew = Reload::Reconnect;
  static const Record<Instance> whole{{
      field("url", +[](Instance & i) -> auto& { return i.client.url; },
            Address{Address::Of::Server}, anew, "The WebSocket server.",
            {.example = "wss://stream.example.com/ws", .required = true}),
      field(
          "enabled", +[](Instance & i) -> auto& { return i.enabled; }, Flag{}, Reload::Live,
          "false: known, but not connected."),
      field(
          "allow_plaintext", +[](Instance & i) -> auto& { return i.allow_plaintext; }, Flag{},
          Reload::Live, "Permits ws:// to a host beyond the local network."),
      field("labels", +[](Instance & i) -> auto& { return i.labels; }, Labels{}, Reload::Live,
            "Words of your own about this instance; they stand in its state document.",
            {.example = "{site: hall, floor: '2'}", .since = "0.2"}),
      field(
          "for_each", +[](Instance & i) -> auto& { return i; }, ForEach{}, anew,
          "Makes one instance of this block for each item; {{each}} in its name and values is the "
          "item, {{each.KEY}} a value of an item that is a group.",
          {.example = "1..40", .since = "0.2"}),
      field("headers", +[](Instance & i) -> auto& { return i.client.headers; }, Headers{}, anew,
            "More fields for the upgrade request; references are read anew for each attempt.",
            {.example = "{X-Api-Key: {credential: ticker-key}}"}),
      field("query", +[](Instance & i) -> auto& { return i.client.query; }, Query{}, anew,
            "What is added to the url's query, percent-encoded and never shown; references are "
            "read anew for each attempt.",
            {.example = "{token: {credential: ticker-token}}", .since = "0.2"}),
      field("auth", +[](Instance & i) -> auto& { return i; }, auth(), anew,
            "Who we are to the server, if it asks by HTTP.", {.since = "0.2"}),
      field("user_agent", +[](Instance & i) -> auto& { return i.client.user_agent; },
            Text{"a text", any_text}, anew,
            "What we call ourselves in the upgrade request; without it wsrelayd/VERSION.",
            {.example = "'relay/1.0 (hall)'", .since = "0.2"}),
      field(
          "subprotocols", +[](Instance & i) -> auto& { return i.client.subprotocols; },
          Texts{"a subprotocol", subprotocol}, anew,
          "Offered to the server, the preferred one first."),
      field("subprotocol_required",
            +[](Instance & i) -> auto& { return i.client.subprotocol_required; }, Flag{}, anew,
            "true: a server that chooses none of them is refused.", {.since = "0.2"}),
      field(
          "follow_redirects", +[](Instance & i) -> auto& { return i.client.follow_redirects; },
          Flag{}, anew,
          "Whether a server may send us elsewhere: at most 5 times in a row, never from wss:// to "
          "ws://; credentials stay with their origin.",
          {.since = "0.2"}),
      field(
          "deflate", +[](Instance & i) -> auto& { return i.client.deflate; },
          ShortForm<ws::DeflateSettings, Offer>{
              deflate(), deflate_offer(), [](ws::DeflateSettings& d) -> Offer& { return d.offer; }},
          anew, "Compression of messages (permessage-deflate).", {.since = "0.2"}),
      field("receive", +[](Instance & i) -> auto& { return i.client.receiving; },
            Choice<ws::Receiving>{{{"messages", ws::Receiving::Messages},
                                   {"frames", ws::Receiving::Frames},
                                   {"chunks", ws::Receiving::Chunks}}},
            anew,
            "What becomes a publication: a whole message, each frame of it, or each limits.chunk "
            "bytes.",
            {.since = "0.2"}),
      field("proxy", +[](Instance & i) -> auto& { return i.client.proxy; },
            OptionalGroup<client::ProxySettings>{proxy()}, anew, "The detour to the server.",
            {.since = "0.2"}),
      field("tcp", +[](Instance & i) -> auto& { return i.client.tcp; }, tcp(), anew,
            "How the TCP connection is made and kept.", {.since = "0.2"}),
      field(
          "tls", +[](Instance & i) -> auto& { return i.client.tls; }, tls(anew), anew,
          "How far to trust the server (wss://)."),
      field(
          "liveness", +[](Instance & i) -> auto& { return i; }, liveness(), Reload::Live,
          "How a dead connection is noticed."),
      field(
          "reconnect", +[](Instance & i) -> auto& { return i.client.reconnect; }, reconnect(),
          Reload::Live, "What happens when the connection is lost."),
      field(
          "timeouts", +[](Instance & i) -> auto& { return i.client.timeouts; }, timeouts(),
          Reload::Live, "How long each step may take."),
      field(
          "limits", +[](Instance & i) -> auto& { return i.client.limits; }, limits(), Reload::Live,
          "What a server may ask of us."),
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
