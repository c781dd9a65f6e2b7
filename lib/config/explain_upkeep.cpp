// The explanation: when the connection is taken for dead, and how it comes back.
#include <algorithm>

#include <fmt/format.h>

#include "config/explain_parts.hpp"
#include "config/grouped.hpp"

namespace wsrelay::config {
namespace {

using client::ReconnectRule;

constexpr int kMostTimeouts = 4;  // other bytes count for a Pong, but not for ever

std::string ping_text(const client::Ping& ping) {
  if (ping.interval == Duration::zero()) return "The server is never pinged.";
  const bool warns = ping.on_timeout == client::Ping::OnTimeout::Warn;
  return fmt::format(
      "The server is pinged every {}. If nothing at all comes from it for {} after a ping, or no "
      "answer to it for {}, {}.",
      print_duration(ping.interval), print_duration(ping.timeout),
      print_duration(kMostTimeouts * ping.timeout),
      warns ? "the journal says so, and the connection stays"
            : "it is taken for dead and connected anew");
}

std::string silence_text(const client::Settings& client) {
  if (client.data.after != Duration::max())
    return fmt::format(
        "A server that sends no message for {} is connected anew, even if it answers pings.",
        print_duration(client.data.after));
  if (client.ping.interval != Duration::zero())
    return "Between pings it may be silent as long as it likes.";
  return "It may be silent as long as it likes.";
}

std::string probes_text(const client::Settings& client) {
  if (client.proxy && client.proxy->url.scheme == "unix") return {};  // no TCP of ours
  const io::TcpKeepalive& keepalive = client.tcp.keepalive;
  if (!keepalive.enabled) return " The kernel does not probe a silent connection.";
  return fmt::format(
      " Below that, the kernel probes a connection that is silent for {}, every {}, and breaks it "
      "off after {} without an answer.",
      print_duration(keepalive.idle), print_duration(keepalive.interval),
      count_of(keepalive.count, "probe"));
}

std::string rest_text(const client::Reconnect& reconnect) {
  const Delay& delay = reconnect.delay;
  return fmt::format(
      "Between two attempts it rests, for a time that is drawn at random: at most {} after the "
      "first failure, twice as much after each further one, but never more than {}. A connection "
      "that lived for {} lets the rests begin anew.",
      print_duration(delay.first), print_duration(delay.max), print_duration(delay.stable_after));
}

std::string longer_rest_text(const client::Reconnect& reconnect) {
  std::string text = fmt::format(
      "After an end that would very likely repeat itself (status 401, 403, 404, 407 or 410, close "
      "code 1008, a certificate that is not trusted) the rest is {} at once, a tenth more or less. "
      "After close code 1012 or 1013 it is 5s to 10s at least.",
      print_duration(reconnect.delay.max));
  if (reconnect.max_retry_after == Duration::zero())
    return text + " What a server asks for with Retry-After is not listened to.";
  return text + fmt::format(
                    " A server that answers 429 or 503 may ask for a longer one with Retry-After, "
                    "up to {}.",
                    print_duration(reconnect.max_retry_after));
}

bool leads_to_an_attempt(const ReconnectRule& rule) {
  return rule.action != ReconnectRule::Action::Fail;
}

std::string end_text(const client::Reconnect& reconnect) {
  const std::string_view unless =
      reconnect.rules.empty() ? "" : ", unless a rule below says otherwise";
  if (!reconnect.enabled)
    return fmt::format(
        "After a failed attempt or the end of the connection there is no further attempt before a "
        "reload{}.",
        unless);
  if (!reconnect.on_clean_close)
    return fmt::format(
        "After a failed attempt or a broken connection it is tried again; but after an orderly "
        "Close of the server there is no further attempt before a reload{}.",
        unless);
  return "After a failed attempt, a broken connection or a Close of the server it is tried again.";
}

std::string pace_text(const client::StartRate::Settings& starts) {
  std::vector<std::string> bounds;
  if (starts.per_second > 0)
    bounds.push_back(
        fmt::format("at most {} begin in a second", grouped(starts.per_second, kGlue)));
  if (starts.per_host_per_second > 0)
    bounds.push_back(fmt::format("at most {} in a second to one host and port",
                                 grouped(starts.per_host_per_second, kGlue)));
  if (bounds.empty()) return {};
  return fmt::format(" Of the attempts of all instances {}.", list_of(bounds, "and"));
}

std::string codes_text(const std::vector<client::CodeRange>& ranges) {
  std::vector<std::string> words;
  for (const client::CodeRange& range : ranges)
    words.push_back(range.first == range.last ? fmt::format("{}", range.first)
                                              : fmt::format("{} to {}", range.first, range.last));
  return list_of(words);
}

std::string conditions_text(const ReconnectRule& rule) {
  std::vector<std::string> conditions;
  if (!rule.close.empty())
    conditions.push_back(fmt::format(
        "the close code of the server is {}{}", codes_text(rule.close),
        codes_text(rule.close) == "1006" ? " (the connection broke without a Close)" : ""));
  if (!rule.http.empty())
    conditions.push_back(
        fmt::format("the server, or the proxy, refuses with status {}", codes_text(rule.http)));
  if (!rule.faults.empty()) {
    std::vector<std::string> names;
    for (const Fault fault : rule.faults) names.emplace_back(name_of(fault));
    conditions.push_back(fmt::format("the failure is of the kind {}", list_of(names)));
  }
  if (!rule.phases.empty())
    conditions.push_back(fmt::format("it happens in the phase {}", list_of(rule.phases)));
  return list_of(conditions, "and");
}

std::string deed_text(const ReconnectRule& rule) {
  switch (rule.action) {
    case ReconnectRule::Action::Fail:
      return "there is no further attempt before a reload";
    case ReconnectRule::Action::Refresh:
      return "the next attempt comes at once, with secrets read anew; if that ends in the same "
             "way, it rests";
    case ReconnectRule::Action::Wait:
      break;
  }
  if (!rule.delay) return "it rests as usual";
  return fmt::format("it rests for {}, a tenth more or less", print_duration(*rule.delay));
}

void tell_rules(const std::vector<ReconnectRule>& rules, Page& page) {
  if (rules.empty()) return;
  page.paragraph("Rules make exceptions; the first that fits decides:");
  for (std::size_t i = 0; i < rules.size(); ++i)
    page.item(fmt::format("{}.", i + 1),
              fmt::format("If {}: {}.", conditions_text(rules[i]), deed_text(rules[i])));
}

}  // namespace

void tell_liveness(const Subject& subject, Page& page) {
  const client::Settings& client = subject.instance.client;
  page.heading("WHEN IT IS TAKEN FOR DEAD");
  page.paragraph(ping_text(client.ping) + ' ' + silence_text(client));
  page.paragraph(fmt::format("A server that takes none of the waiting bytes for {} is given up.{}",
                             print_duration(client.timeouts.write), probes_text(client)));
}

void tell_reconnect(const Subject& subject, Page& page) {
  const client::Reconnect& reconnect = subject.instance.client.reconnect;
  page.heading("HOW IT COMES BACK");
  const bool rests = reconnect.enabled || std::any_of(reconnect.rules.begin(),
                                                      reconnect.rules.end(), leads_to_an_attempt);
  if (!rests) {
    page.paragraph(end_text(reconnect));
  } else {
    page.paragraph(end_text(reconnect) + ' ' + rest_text(reconnect) +
                   pace_text(subject.config.starts));
    page.paragraph(longer_rest_text(reconnect));
  }
  tell_rules(reconnect.rules, page);
}

}  // namespace wsrelay::config
