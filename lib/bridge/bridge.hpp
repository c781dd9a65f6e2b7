// The only meeting point of the two worlds: owns the instances, the broker, the routes; decides
// what crosses. Crossing is enqueue and wake: the river that arrives never runs the river that
// leaves. Knows no file descriptor, no configuration file, no service manager.
//
//   Bridge bridge(config, wiring, services, host);   // connects by itself
//   bridge.apply(config);                            // reload: what did not change is not touched
//   bridge.stop();                                   // drains; host.on_stopped() at the end
//
// The host is told on change and must not destroy the bridge from within a call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "bridge/instance.hpp"
#include "bridge/outbox.hpp"
#include "bridge/publish_ring.hpp"
#include "bridge/reporter.hpp"
#include "bridge/roster.hpp"
#include "config/config.hpp"
#include "mqtt/broker.hpp"
#include "route/table.hpp"

namespace wsrelay::bridge {

/// What main hands in: who we are, and how to speak.
struct Wiring {
  std::string version;
  std::string host;
  std::string relay_directory;  // 0700, for mqtt/
  Reporter::WallClock wall;
  Log& log;
};

class Bridge final : private io::Task,
                     private Instance::Host,
                     private mqtt::Broker::Listener,
                     private Outbox::Writer {
 public:
  class Host {
   public:
    virtual void on_summary(const std::string& summary) = 0;  // something changed
    virtual void on_stopped() = 0;

   protected:
    ~Host() = default;
  };

  Bridge(const config::Config& config, Wiring wiring, client::Services services, Host& host);
  ~Bridge();

  /// What cannot change without a restart stays as it was; its keys are returned.
  std::vector<std::string> apply(const config::Config& config);
  /// A reload that failed: said in the info document.
  void reload_failed(const std::string& problem);
  void stop();
  /// The moment by which stop() will have ended.
  Instant stop_deadline() const { return stop_deadline_; }

  const Instance* find(std::string_view name) const;
  const mqtt::BrokerStatus& broker_status() const { return broker_->status(); }

 private:
  io::Wait run(const io::Turn& turn) override;

  void on_state_change(Instance& instance, client::State before) override;
  void on_event(Instance& instance, const Event& event) override;
  void on_publishable(Instance& instance) override;
  const route::Table& table() const override { return table_; }

  void on_broker_state(const mqtt::BrokerStatus& status) override;
  void on_arrival(mqtt::Arrival arrival) override;
  void on_subscription_refused(const std::string& filter, int reason) override;
  std::optional<mqtt::Outgoing> next_publication() override;
  void on_published(std::uint64_t token, mqtt::Verdict verdict) override;
  void on_connection_lost() override;

  std::optional<Publication> write(const DocumentKey& key) const override;

  void join(const std::string& name, const config::Instance& settings);
  void leave(Instance& instance);
  void change(Instance& instance, const config::Instance& settings);
  void let_go();
  void subscribe();
  void say(DocumentKey key);
  void mark_all();
  void summarise();
  std::optional<mqtt::Outgoing> next_message();
  std::optional<mqtt::Outgoing> next_report();
  void advance_stop(Instant now);
  bool rivers_dry() const;
  void report_stats(Instant now);

  config::Config config_;
  Wiring wiring_;
  client::StartRate starts_;
  client::Services services_;
  Host& host_;
  BridgeFacts facts_;
  route::Table table_;
  PublishRing ring_;
  Outbox outbox_;
  Reporter reporter_;

  Roster roster_;
  unsigned served_ = 0;  // messages since the last report
  Instant next_stats_ = {};
  route::InstanceId last_stats_ = 0;

  enum class Stop : std::uint8_t { No, Instances, Lanes, Broker, Done };
  Stop stop_ = Stop::No;
  Instant close_deadline_ = Instant::max();
  Instant stop_deadline_ = Instant::max();

  std::unique_ptr<mqtt::Broker> broker_;
  io::Registration registration_;
};

}  // namespace wsrelay::bridge
