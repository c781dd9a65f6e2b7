#include "bridge/reporter.hpp"

#include <fmt/format.h>

namespace wsrelay::bridge {
namespace {

constexpr const char* kRetained[] = {"availability", "state", "stats"};

bool is_live(client::State state) {
  return state == client::State::Ready || state == client::State::Closing;
}

std::string drops_text(const Instance& instance) {
  std::string text;
  const auto add = [&](std::string_view direction, const Counters& counters) {
    for (std::size_t i = 0; i < kDrops; ++i)
      if (counters.dropped[i] > 0)
        fmt::format_to(std::back_inserter(text), "{}{} {} {}", text.empty() ? "" : ", ", direction,
                       name_of(static_cast<Drop>(i)), counters.dropped[i]);
  };
  add("publish", instance.publish().lane.counters());
  add("deliver", instance.delivering().counters());
  return text;
}

}  // namespace

Publication retained(std::string topic, std::string_view text) {
  return {.topic = std::move(topic),
          .payload = to_bytes(text),
          .qos = 1,
          .retain = true,
          .is_utf8 = true};
}

Reporter::Reporter(Topics topics, Outbox& outbox, Log& log, WallClock wall)
    : topics_(std::move(topics)), outbox_(outbox), log_(log), wall_(std::move(wall)) {}

void Reporter::joined(const Instance& instance) {
  Record& record = records_[instance.id()];
  record.moments.since = wall_();
  record.enabled = instance.settings().enabled;
  record.state = instance.status().state;
  health_.joined(record.enabled, record.state);
  for (const char* what : kRetained) outbox_.keep(topics_.instance(instance.name(), what));
  outbox_.mark({Document::Availability, instance.id()});
  outbox_.mark({Document::State, instance.id()});
  outbox_.mark({Document::Stats, instance.id()});
}

void Reporter::left(const Instance& instance, bool name_is_free) {
  const auto record = records_.find(instance.id());
  if (record == records_.end()) return;
  health_.left(record->second.enabled, record->second.state);
  records_.erase(record);
  if (!name_is_free) return;
  for (const char* what : kRetained) outbox_.clear(topics_.instance(instance.name(), what));
}

Publication Reporter::document(Document which, const Instance& instance, Instant now) const {
  const std::string& name = instance.name();
  if (which == Document::Availability)
    return retained(topics_.instance(name, "availability"),
                    instance.status().state == client::State::Ready ? "online" : "offline");
  if (which == Document::Stats)
    return retained(topics_.instance(name, "stats"), stats_document(instance, clocks(now)));
  return retained(topics_.instance(name, "state"),
                  state_document(instance, moments(instance), clocks(now), topics_.daemon()));
}

const Moments& Reporter::moments(const Instance& instance) const {
  static const Moments none{};
  const auto record = records_.find(instance.id());
  return record == records_.end() ? none : record->second.moments;
}

void Reporter::write(const Instance& instance, LogLevel level, std::string text,
                     std::string_view id) {
  const client::Status& status = instance.status();
  LogLine line{
      .level = level, .text = fmt::format("{}: {}", instance.name(), text), .message_id = id};
  line.fields.emplace_back("WSRELAY_INSTANCE", instance.name());
  line.fields.emplace_back("WSRELAY_STATE", name_of(instance.settings().enabled, status.state));
  line.fields.emplace_back("WSRELAY_ATTEMPT", std::to_string(status.attempt));
  if (status.last_error && level <= LogLevel::Warning) {
    line.fields.emplace_back("WSRELAY_FAULT", name_of(status.last_error->fault));
    if (status.last_error->http_status != 0)
      line.fields.emplace_back("WSRELAY_HTTP_STATUS",
                               std::to_string(status.last_error->http_status));
  }
  if (status.last_close && !is_live(status.state))
    line.fields.emplace_back("WSRELAY_CLOSE_CODE", std::to_string(status.last_close->code));
  log_.write(line);
}

void Reporter::state_changed(const Instance& instance, client::State before) {
  const auto found = records_.find(instance.id());
  if (found == records_.end()) return;
  Record& record = found->second;
  const client::State state = instance.status().state;
  health_.left(record.enabled, record.state);
  record.enabled = instance.settings().enabled;
  record.state = state;
  health_.joined(record.enabled, record.state);
  outbox_.mark({Document::State, instance.id()});
  if (before == state && state != client::State::Resting) return;  // a detail, not a change
  record.moments.since = wall_();
  if ((before == client::State::Ready) != (state == client::State::Ready))
    outbox_.mark({Document::Availability, instance.id()});
  if (state == client::State::Ready) {
    record.told_error.clear();
    write(instance, LogLevel::Info, fmt::format("connected to {}", instance.status().stream.remote),
          kReadyId);
  } else if (state == client::State::Resting) {
    tell_failure(instance, record);
  } else if (state == client::State::Failed) {
    tell_end(instance, record);
  }
}

// The first failure of an episode, and then only what is new about it.
void Reporter::tell_failure(const Instance& instance, Record& record) {
  const client::Status& status = instance.status();
  if (!status.last_error || status.last_error->text == record.told_error) return;
  record.told_error = status.last_error->text;
  const bool was_connected = status.attempt == 0;
  const bool clean = status.last_error->fault == Fault::ServerClose;
  write(instance, clean ? LogLevel::Notice : LogLevel::Warning,
        fmt::format("{}: {}", was_connected ? "disconnected" : "no connection", record.told_error),
        was_connected ? kLostId : kFailedId);
}

// Nothing more will come of it by itself: somebody has to know.
void Reporter::tell_end(const Instance& instance, Record& record) {
  record.told_error = instance.status().last_error.value_or(Error{}).text;
  write(instance, LogLevel::Error,
        fmt::format("gave up until the next reload: {}", record.told_error), kGaveUpId);
}

// The connection stays, so no state will change over it.
void Reporter::tell_late_pong(const Instance& instance, Record& record, const Error& error) {
  outbox_.mark({Document::State, instance.id()});
  if (record.told_error == error.text) return;
  record.told_error = error.text;
  write(instance, LogLevel::Warning, fmt::format("{}; the connection stays", error.text), {});
}

void Reporter::happened(const Instance& instance, const Event& event, Instant now) {
  using Kind = Event::Kind;
  const auto found = records_.find(instance.id());
  if (found == records_.end()) return;
  Record& record = found->second;
  if (event.kind == Kind::Error) record.moments.failed = wall_();
  if (event.kind == Kind::Disconnected) record.moments.closed = wall_();
  const bool only_warned =
      instance.settings().client.ping.on_timeout == client::Ping::OnTimeout::Warn;
  if (event.error != nullptr && event.error->fault == Fault::PongTimeout && only_warned)
    tell_late_pong(instance, record, *event.error);
  if (event.kind == Kind::Dropped) {
    outbox_.mark({Document::Stats, instance.id()});
    write(instance, LogLevel::Warning,
          fmt::format("messages are being dropped (so far: {})", drops_text(instance)), kDroppedId);
  }
  const std::string_view name = name_of(event.kind);
  outbox_.post({.topic = topics_.instance(instance.name(), fmt::format("event/{}", name)),
                .payload = to_bytes(event_document(instance, event, clocks(now))),
                .qos = 1,
                .is_utf8 = true,
                .content_type = "application/json"},
               now);
}

void Reporter::broker_changed(const mqtt::BrokerStatus& status) {
  health_.broker(status);
  const bool up = status.state == mqtt::BrokerState::Connected;
  if (up && told_broker_ != mqtt::BrokerState::Connected) {
    log_.write({.level = LogLevel::Info,
                .text = fmt::format("broker: {} at {}", describe(status), status.remote),
                .message_id = kBrokerUpId});
    told_broker_error_.clear();
  } else if (status.state == mqtt::BrokerState::Resting && status.last_error &&
             status.last_error->text != told_broker_error_) {
    told_broker_error_ = status.last_error->text;
    log_.write({.level = LogLevel::Warning,
                .text = fmt::format("broker: {}", describe(status)),
                .fields = {{"WSRELAY_FAULT", std::string(name_of(status.last_error->fault))}},
                .message_id = kBrokerLostId});
  }
  if (up || status.state == mqtt::BrokerState::Resting) told_broker_ = status.state;
}

void Reporter::broker_left(const std::string& before, const std::string& now) {
  told_broker_ = mqtt::BrokerState::Connecting;  // the next connection gets its line
  log(LogLevel::Notice, before == now ? fmt::format("broker: connecting to {} anew", now)
                                      : fmt::format("broker: leaving {} for {}", before, now));
}

}  // namespace wsrelay::bridge
