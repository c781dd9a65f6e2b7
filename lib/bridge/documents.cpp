#include "bridge/documents.hpp"

#include "bridge/document_parts.hpp"
#include "bridge/health.hpp"

namespace wsrelay::bridge {
std::string state_document(const Instance& instance, const Moments& moments, const Clocks& clocks,
                           const std::string& daemon) {
  const client::Status& status = instance.status();
  JsonWriter json;
  json.begin_object();
  json.member("state", name_of(instance.settings().enabled, status.state)).member("daemon", daemon);
  json.member("since", print_wall_time(moments.since)).member("attempt", status.attempt);
  const bool resting =
      status.state == client::State::Resting && status.next_attempt < Instant::max();
  time_or_null(json, "next_attempt",
               resting ? std::optional(clocks.at(status.next_attempt)) : std::nullopt);
  write_labels(json, instance.settings().labels);
  write_target(json, instance.settings().client);
  write_agreement(json, status);
  write_rtt(json, status);
  json.key("last_close");
  if (status.last_close)
    write_close(json, *status.last_close, moments.closed);
  else
    json.null();
  json.key("last_error");
  if (status.last_error)
    write_error(json, *status.last_error, moments.failed);
  else
    json.null();
  return json.end_object().take();
}

std::string stats_document(const Instance& instance, const Clocks& clocks) {
  JsonWriter json;
  json.begin_object().member("at", print_wall_time(clocks.wall));
  write_lanes(json, instance);
  write_rtt(json, instance.status());
  return json.end_object().take();
}

std::string info_document(const BridgeFacts& facts, const mqtt::BrokerStatus& broker,
                          const std::vector<std::string>& instances) {
  JsonWriter json;
  json.begin_object().member("version", facts.version).member("daemon", facts.daemon);
  json.member("host", facts.host).member("started", print_wall_time(facts.started));
  json.key("broker").begin_object().member("url", facts.broker_url);
  json.member("protocol", broker.protocol == 5 ? "5" : "3.1.1");
  json.member("session_present", broker.session_present).end_object();
  json.member("no_route", facts.unroutable);
  json.key("reload").begin_object();
  time_or_null(json, "at", facts.reloaded);
  text_or_null(json, "problem", facts.reload_problem);
  json.end_object().key("instances").begin_array();
  for (const std::string& name : instances) json.value(name);
  return json.end_array().end_object().take();
}

}  // namespace wsrelay::bridge
