// Tells the world: retained documents and events over MQTT (through the Outbox), the journal, and
// one line of status. Logs changes, not repetitions: an instance that fails for the four hundredth
// time is a counter in its state document, not a line.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/log.hpp"
#include "bridge/documents.hpp"
#include "bridge/health.hpp"
#include "bridge/instance.hpp"
#include "bridge/outbox.hpp"
#include "bridge/topics.hpp"

namespace wsrelay::bridge {

/// The catalog's entries (MESSAGE_ID=): fixed for ever.
inline constexpr std::string_view kReadyId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f001";
inline constexpr std::string_view kLostId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f002";
inline constexpr std::string_view kFailedId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f003";
inline constexpr std::string_view kDroppedId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f004";
inline constexpr std::string_view kBrokerUpId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f005";
inline constexpr std::string_view kBrokerLostId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f006";
inline constexpr std::string_view kGaveUpId = "3d6cfbdb0f2c4d3b9ae0d1a9b6a1f007";

/// A retained text.
Publication retained(std::string topic, std::string_view text);

class Reporter {
 public:
  using WallClock = std::function<WallTime()>;

  Reporter(Topics topics, Outbox& outbox, Log& log, WallClock wall);

  void joined(const Instance& instance);
  /// Its retained topics are cleared, unless another instance has taken the name.
  void left(const Instance& instance, bool name_is_free);
  void state_changed(const Instance& instance, client::State before);
  void happened(const Instance& instance, const Event& event, Instant now);
  void broker_changed(const mqtt::BrokerStatus& status);
  void broker_left(const std::string& before, const std::string& now);
  void log(LogLevel level, std::string text) {
    log_.write({.level = level, .text = std::move(text)});
  }

  /// A retained document of an instance, as it is now.
  Publication document(Document which, const Instance& instance, Instant now) const;
  const Topics& topics() const { return topics_; }
  std::string summary() const { return health_.summary(); }

 private:
  struct Record {
    Moments moments;
    bool enabled = true;       // as counted in health_
    client::State state = {};  // as counted in health_
    std::string told_error;    // the last failure that got a line
  };
  Clocks clocks(Instant now) const { return {now, wall_()}; }
  const Moments& moments(const Instance& instance) const;
  void write(const Instance& instance, LogLevel level, std::string text, std::string_view id);
  void tell_failure(const Instance& instance, Record& record);
  void tell_end(const Instance& instance, Record& record);
  void tell_late_pong(const Instance& instance, Record& record, const Error& error);

  Topics topics_;
  Outbox& outbox_;
  Log& log_;
  WallClock wall_;
  Health health_;
  std::map<route::InstanceId, Record> records_;
  mqtt::BrokerState told_broker_ = mqtt::BrokerState::Connecting;
  std::string told_broker_error_;
};

}  // namespace wsrelay::bridge
