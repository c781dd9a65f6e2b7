// The explanation: which message becomes which publication, and back, and where they wait.
#include <array>
#include <cstdint>
#include <map>

#include <fmt/format.h>

#include "base/message.hpp"
#include "config/explain_parts.hpp"
#include "config/size.hpp"
#include "route/table.hpp"

namespace wsrelay::config {
namespace {

using route::SendAs;
using route::Template;

std::string qos_of(unsigned qos) {
  return fmt::format("QoS{}{}", kGlue, qos);
}

// ---- from the server to MQTT

std::string topic_for(const Subject& subject, const std::string& text, std::string_view opcode) {
  const std::array values{Template::Value{"base", subject.config.mqtt.base_topic},
                          Template::Value{"instance", subject.name},
                          Template::Value{"opcode", opcode}};
  const auto parsed = Template::parse(text, route::kPublishPlaces);
  return as_written(parsed ? parsed->expand(values) : text);
}

std::string published_text(const Subject& subject, const route::PublishRule& rule) {
  const std::string text = topic_for(subject, rule.topic, name_of(Message::Kind::Text));
  const std::string binary = topic_for(subject, rule.topic, name_of(Message::Kind::Binary));
  const bool same = text == binary;
  const std::string where =
      same ? text : fmt::format("{} if it is text, to {} if it is binary", text, binary);
  switch (subject.instance.client.receiving) {
    case ws::Receiving::Messages:
      if (same)
        return fmt::format("A text or binary message from the server is published to {}", where);
      return fmt::format("A text message from the server is published to {}, a binary one to {}",
                         text, binary);
    case ws::Receiving::Frames:
      return fmt::format(
          "Each frame of a message from the server is a publication of its own, to {}", where);
    case ws::Receiving::Chunks:
      break;
  }
  return fmt::format(
      "Each {} of a frame from the server, and its rest, is a publication of its own, to {}",
      print_size(subject.instance.client.limits.chunk), where);
}

std::string publish_text(const Subject& subject) {
  const auto& rules = subject.instance.rules.publish;
  if (rules.empty())
    return "Nothing is published: each message from the server is counted as dropped (filtered).";
  const route::PublishRule& rule = rules.front();
  std::string text = published_text(subject, rule);
  text += rule.qos == 0 ? fmt::format(
                              ", with {} (at most once: what is on its way when the connection to "
                              "the broker breaks may be lost).",
                              qos_of(0))
                        : fmt::format(
                              ", with {} (at least once: it is sent until the broker has "
                              "acknowledged it, so it may be published twice).",
                              qos_of(1));
  if (subject.instance.client.receiving != ws::Receiving::Messages)
    text += " User properties (MQTT" + std::string(kGlue) + "5) say where such a part belongs.";
  if (rule.retain) text += " The broker keeps the last one for those who subscribe later.";
  if (rules.size() > 1)
    text += " The first rule takes every message; those behind it are never reached.";
  return text;
}

// ---- where they wait

std::string overflow_text(Overflow overflow) {
  switch (overflow) {
    case Overflow::DropOldest:
      return "the oldest that waits is dropped (overflow) for the new one";
    case Overflow::DropNewest:
      return "the new one is dropped (overflow)";
    case Overflow::Close:
      return "the new one is dropped (overflow) and the WebSocket connection closed (1013), which "
             "comes back as after any other end";
    case Overflow::Block:
      break;
  }
  return "nothing more is read from the server until there is room: the server is held up, and "
         "meanwhile no pings are sent and its silence counts for nothing";
}

/// `thing`: what waits. `until`: when it leaves the lane. `with`: what it is charged besides its
/// bytes.
std::string lane_text(const Lane& lane, std::string_view thing, std::string_view until,
                      std::string_view with) {
  std::string text = fmt::format(
      "A {} waits in memory until {}. At most {} and {} wait, each counted with {}. ", thing, until,
      count_of(lane.max_messages, thing), print_size(lane.max_bytes), with);
  text += lane.max_age == Duration::max() ? "They may wait for any length of time."
                                          : fmt::format("What has waited for {} is dropped (age).",
                                                        print_duration(lane.max_age));
  return text + fmt::format(
                    " When the lane is full, {}. What is larger than the whole lane is dropped "
                    "(too_large).",
                    overflow_text(lane.overflow));
}

// ---- from MQTT to the server

std::string kind_text(SendAs as) {
  switch (as) {
    case SendAs::Text:
      return "as text; what is not UTF-8 is dropped (invalid_utf8)";
    case SendAs::Binary:
      return "as binary";
    case SendAs::Auto:
      break;
  }
  return "as its publisher says (user property ws-opcode, text or binary), else as text if it is "
         "UTF-8, else as binary";
}

/// With which quality of service each filter is subscribed to: of several rules the highest counts,
/// whoever's they are.
std::map<std::string, std::uint8_t> subscribed_qos(const Subject& subject) {
  route::Table table(subject.config.mqtt.base_topic);
  route::InstanceId id = 0;
  for (const auto& [name, instance] : subject.config.instances)
    if (instance.enabled || name == subject.name) table.add(++id, name, instance.rules);
  std::map<std::string, std::uint8_t> found;
  for (const route::Subscription& each : table.subscriptions()) found[each.filter] = each.qos;
  return found;
}

void tell_filters(const Subject& subject, Page& page) {
  const std::array values{Template::Value{"base", subject.config.mqtt.base_topic},
                          Template::Value{"instance", subject.name}};
  auto granted = subscribed_qos(subject);
  for (const route::DeliverRule& rule : subject.instance.rules.deliver) {
    const auto parsed = Template::parse(rule.topic, route::kDeliverPlaces);
    const std::string filter = parsed ? parsed->expand(values) : rule.topic;
    const unsigned qos = granted[filter];
    page.item("-", fmt::format("{} ({}{}): {}", as_written(filter), qos_of(qos),
                               qos > rule.qos ? ", as another rule asks for it" : "",
                               kind_text(rule.as)));
  }
}

void tell_send_topics(const Subject& subject, Page& page) {
  const std::string send = "send";
  page.item("-",
            fmt::format("{} ({}): {}", subject.topic(send), qos_of(1), kind_text(SendAs::Auto)));
  page.item("-", fmt::format("{} ({}): {}", subject.topic(send + "/text"), qos_of(1),
                             kind_text(SendAs::Text)));
  page.item("-", fmt::format("{} ({}): {}", subject.topic(send + "/binary"), qos_of(1),
                             kind_text(SendAs::Binary)));
}

}  // namespace

void tell_publish(const Subject& subject, Page& page) {
  page.heading("FROM THE SERVER TO MQTT");
  page.paragraph(fmt::format("The broker is {}. {}", subject.config.mqtt.broker.url.redacted(),
                             publish_text(subject)));
  if (subject.instance.rules.publish.empty()) return;
  const bool acknowledged = subject.instance.rules.publish.front().qos > 0;
  const bool whole = subject.instance.client.receiving == ws::Receiving::Messages;
  page.paragraph(lane_text(
      subject.instance.lanes.publish, whole ? "message" : "part",
      acknowledged ? "the broker has acknowledged it" : "its last byte has been sent to the broker",
      "its topic and 64 bytes of our own"));
}

void tell_deliver(const Subject& subject, Page& page) {
  const route::Rules& rules = subject.instance.rules;
  page.heading("FROM MQTT TO THE SERVER");
  if (rules.deliver.empty() && !rules.send_topics)
    return page.paragraph("Nothing is subscribed to, so nothing goes to the server.");
  page.paragraph("What is published to these topics goes to the server, one message each:");
  if (rules.send_topics) tell_send_topics(subject, page);
  tell_filters(subject, page);
  std::string refused =
      "What was retained before we subscribed is dropped (retained): a command of yesterday is "
      "never executed.";
  if (rules.send_topics)
    refused +=
        fmt::format(" What is published to any other topic below {} is dropped, too (no_route).",
                    subject.topic("send"));
  page.paragraph(refused);
  page.paragraph(lane_text(subject.instance.lanes.deliver, "message",
                           "its last byte has been sent to the server", "64 bytes of our own"));
}

}  // namespace wsrelay::config
