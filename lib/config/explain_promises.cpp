// The explanation: what is promised of the messages, and what is told about the instance.
#include <algorithm>

#include <fmt/format.h>

#include "config/explain_parts.hpp"

namespace wsrelay::config {
namespace {

std::string publish_promise(const Subject& subject) {
  const auto& rules = subject.instance.rules.publish;
  if (rules.empty()) return {};
  const bool acknowledged = rules.front().qos > 0;
  std::string text = "To MQTT: what the server sends while we are not connected never reaches us. ";
  text += acknowledged
              ? "What has reached us is published at least once, even if the broker is away for a "
                "while or restarts; after such a break it may be published twice."
              : "What has reached us is published at most once. It is kept while the broker is "
                "away; what has been sent and not been read by the broker when the connection "
                "breaks is lost without a trace.";
  return text + fmt::format(" This holds within the bounds of the lane{}.",
                            acknowledged
                                ? "; what the broker refuses is dropped (rejected_by_broker)"
                                : "");
}

std::string broker_keeps(Duration session_expiry) {
  if (session_expiry == Duration::zero())
    return "While the daemon is not connected to the broker, the broker keeps nothing for it.";
  return fmt::format(
      "While the daemon is not connected to the broker, the broker keeps such messages for {} "
      "(MQTT{}5), if its own limits allow.",
      print_duration(session_expiry), kGlue);
}

std::string deliver_promise(const Subject& subject) {
  const route::Rules& rules = subject.instance.rules;
  if (rules.deliver.empty() && !rules.send_topics) return {};
  const auto asks_for = [&](unsigned qos) {
    return std::any_of(rules.deliver.begin(), rules.deliver.end(),
                       [qos](const route::DeliverRule& rule) { return rule.qos == qos; });
  };
  const bool again = rules.send_topics || asks_for(1);
  std::string text = "To the server: ";
  if (again)
    text += fmt::format(
        "with QoS{}1 the broker sends a message again until it is in the lane, so after a break "
        "between the two the server may get it twice. {} ",
        kGlue, broker_keeps(subject.config.mqtt.broker.session_expiry));
  if (asks_for(0))
    text += fmt::format(
        "{} QoS{}0 a message may be lost on the way to us, and the broker keeps none while we are "
        "away. ",
        again ? "With" : "with", kGlue);
  return text +
         "If a connection breaks before the last byte of a message has left, it is sent again, "
         "whole, on the next one. Whether the server has read it, nobody tells us: what has left "
         "just before a break may be lost.";
}

std::string stop_text(const Subject& subject) {
  return fmt::format(
      "When the daemon is stopped (SIGTERM) it takes nothing more from the broker. What waits for "
      "the server is sent if the connection is up; then the connection is closed with 1001, for "
      "which the server has {}, and what it sends until then still counts. The broker then has {} "
      "to take what waits for it. What is left is dropped (shutdown).",
      print_duration(subject.instance.client.timeouts.close),
      print_duration(subject.config.drain_timeout));
}

}  // namespace

void tell_promises(const Subject& subject, Page& page) {
  page.heading("WHAT IS PROMISED");
  page.paragraph(
      "The order is kept in each direction: after a break the last messages may be repeated, but "
      "none overtakes another.");
  page.paragraph(publish_promise(subject));
  page.paragraph(deliver_promise(subject));
  page.paragraph(
      "What waits, waits in memory: if the daemon is killed or crashes, or the power fails, it is "
      "lost. A reload keeps it, also where the connection is made anew.");
  page.paragraph(stop_text(subject));
}

void tell_reports(const Subject& subject, Page& page) {
  page.heading("WHAT IS TOLD ABOUT IT");
  page.paragraph(
      fmt::format("{} is online while the connection is ready, else offline; {} says how it stands "
                  "and why; {} has the counters, every {}. These are retained. Events go to {}.",
                  subject.topic("availability"), subject.topic("state"), subject.topic("stats"),
                  print_duration(subject.config.report_interval), subject.topic("event/NAME")));
  page.paragraph(
      fmt::format("No message is dropped silently: in the counters of each direction, received is "
                  "the sum of delivered, queued and dropped, with the reasons. If the daemon "
                  "itself dies, {} becomes offline, and the rest stays as it was.",
                  as_written(fmt::format("{}/bridge/{}/state", subject.config.mqtt.base_topic,
                                         subject.config.name))));
}

}  // namespace wsrelay::config
