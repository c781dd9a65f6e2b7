#include "bridge/documents.hpp"

#include "base/json.hpp"
#include "bridge/health.hpp"

namespace wsrelay::bridge {
namespace {

double milliseconds(Duration span) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(span).count()) /
         1000.0;
}

void text_or_null(JsonWriter& json, std::string_view name, std::string_view text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

void time_or_null(JsonWriter& json, std::string_view name, const std::optional<WallTime>& time) {
  text_or_null(json, name, time ? print_wall_time(*time) : std::string());
}

void number_or_null(JsonWriter& json, std::string_view name, long number) {
  json.key(name);
  if (number == 0)
    json.null();
  else
    json.value(number);
}

void write_close(JsonWriter& json, const client::LastClose& close,
                 const std::optional<WallTime>& at) {
  json.begin_object().member("code", close.code).member("reason", close.reason);
  json.member("clean", close.clean).member("by", close.by);
  time_or_null(json, "at", at);
  json.end_object();
}

void write_error(JsonWriter& json, const Error& error, const std::optional<WallTime>& at) {
  json.begin_object().member("type", name_of(error.fault)).member("message", error.text);
  text_or_null(json, "phase", error.phase);
  number_or_null(json, "http_status", error.http_status);
  number_or_null(json, "tls", error.tls_code);
  number_or_null(json, "tls_verify", static_cast<long>(error.tls_verify));
  number_or_null(json, "errno", error.sys_errno);
  number_or_null(json, "close_code", error.close_code);
  time_or_null(json, "at", at);
  json.end_object();
}

void write_tls(JsonWriter& json, const io::StreamFacts& stream) {
  json.key("tls");
  if (stream.tls_version.empty()) {
    json.null();
    return;
  }
  json.begin_object().member("version", stream.tls_version).member("cipher", stream.tls_cipher);
  text_or_null(json, "peer", stream.tls_peer);
  text_or_null(json, "not_after", stream.tls_not_after);
  json.end_object();
}

template <class Item>
void write_lane(JsonWriter& json, std::string_view name, const Lane<Item>& lane) {
  const Counters& counters = lane.counters();
  json.key(name).begin_object();
  json.member("received", counters.received).member("delivered", counters.delivered);
  json.member("queued", lane.queued()).member("queued_bytes", lane.queued_bytes());
  json.key("dropped").begin_object();
  for (std::size_t i = 0; i < kDrops; ++i)
    if (counters.dropped[i] > 0) json.member(name_of(static_cast<Drop>(i)), counters.dropped[i]);
  json.end_object().member("bytes", counters.bytes).end_object();
}

void write_rtt(JsonWriter& json, const client::Status& status) {
  json.key("rtt_ms");
  if (status.rtt)
    json.value(milliseconds(*status.rtt));
  else
    json.null();
}

}  // namespace

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
  json.member("url", instance.settings().client.url.redacted());
  text_or_null(json, "remote", status.stream.remote);
  text_or_null(json, "subprotocol", status.subprotocol);
  text_or_null(json, "extensions", status.extensions);
  write_tls(json, status.stream);
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
  write_lane(json, "publish", instance.publish().lane);
  write_lane(json, "deliver", instance.delivering());
  write_rtt(json, instance.status());
  return json.end_object().take();
}

std::string_view name_of(Instance::Event event) {
  switch (event) {
    case Instance::Event::Connected:
      return "connected";
    case Instance::Event::Disconnected:
      return "disconnected";
    case Instance::Event::Closed:
      return "closed";
    case Instance::Event::Error:
      return "error";
    case Instance::Event::Dropped:
      return "dropped";
  }
  return "error";
}

std::string event_document(const Instance& instance, Instance::Event event, const Clocks& clocks) {
  const client::Status& status = instance.status();
  JsonWriter json;
  json.begin_object().member("event", name_of(event)).member("instance", instance.name());
  json.member("at", print_wall_time(clocks.wall));
  switch (event) {
    case Instance::Event::Connected:
      text_or_null(json, "remote", status.stream.remote);
      text_or_null(json, "subprotocol", status.subprotocol);
      text_or_null(json, "extensions", status.extensions);
      write_tls(json, status.stream);
      break;
    case Instance::Event::Disconnected:
    case Instance::Event::Closed:
      write_close(json.key("close"), status.last_close.value_or(client::LastClose{}), clocks.wall);
      break;
    case Instance::Event::Error:
      write_error(json.key("error"), status.last_error.value_or(Error{}), clocks.wall);
      json.member("attempt", status.attempt);
      break;
    case Instance::Event::Dropped:
      write_lane(json, "publish", instance.publish().lane);
      write_lane(json, "deliver", instance.delivering());
      break;
  }
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
