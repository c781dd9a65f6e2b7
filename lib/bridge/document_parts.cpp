#include "bridge/document_parts.hpp"

#include "io/tls_code.hpp"

namespace wsrelay::bridge {
namespace {

double milliseconds(Duration span) {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::microseconds>(span).count()) /
         1000.0;
}

void number_or_null(JsonWriter& json, std::string_view name, long number) {
  json.key(name);
  if (number == 0)
    json.null();
  else
    json.value(number);
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

/// `wire` and `plain`: payload bytes of the messages that were compressed.
template <class Item>
void write_lane(JsonWriter& json, std::string_view name, const Lane<Item>& lane, std::uint64_t wire,
                std::uint64_t plain) {
  const Counters& counters = lane.counters();
  json.key(name).begin_object();
  json.member("received", counters.received).member("delivered", counters.delivered);
  json.member("queued", lane.queued()).member("queued_bytes", lane.queued_bytes());
  json.key("dropped").begin_object();
  for (std::size_t i = 0; i < kDrops; ++i)
    if (counters.dropped[i] > 0) json.member(name_of(static_cast<Drop>(i)), counters.dropped[i]);
  json.end_object().member("bytes", counters.bytes);
  json.key("compressed").begin_object().member("wire_bytes", wire).member("bytes", plain);
  json.end_object().end_object();
}

}  // namespace

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
  text_or_null(json, "tls_name",
               error.tls_code == 0 ? std::string_view() : io::name_of_tls_code(error.tls_code));
  number_or_null(json, "tls_verify", static_cast<long>(error.tls_verify));
  number_or_null(json, "errno", error.sys_errno);
  number_or_null(json, "close_code", error.close_code);
  time_or_null(json, "at", at);
  json.end_object();
}

void write_labels(JsonWriter& json, const std::map<std::string, std::string>& labels) {
  if (labels.empty()) return;
  json.key("labels").begin_object();
  for (const auto& [name, value] : labels) json.member(name, value);
  json.end_object();
}

void write_target(JsonWriter& json, const client::Settings& settings) {
  json.member("url", settings.url.redacted());
  text_or_null(json, "proxy", settings.proxy ? settings.proxy->url.redacted() : std::string());
}

void write_agreement(JsonWriter& json, const client::Status& status) {
  text_or_null(json, "remote", status.stream.remote);
  text_or_null(json, "subprotocol", status.subprotocol);
  text_or_null(json, "extensions", status.extensions);
  write_tls(json, status.stream);
}

void write_lanes(JsonWriter& json, const Instance& instance) {
  const ws::CompressionCount count = instance.compression();
  write_lane(json, "publish", instance.publish().lane, count.received_wire, count.received_plain);
  write_lane(json, "deliver", instance.delivering(), count.sent_wire, count.sent_plain);
}

void write_rtt(JsonWriter& json, const client::Status& status) {
  json.key("rtt_ms");
  if (status.rtt)
    json.value(milliseconds(*status.rtt));
  else
    json.null();
}

}  // namespace wsrelay::bridge
