// The only meeting point of the two worlds: owns the instances, the broker, the routes; decides
// what crosses. Crossing is enqueue and wake: the river that arrives never runs the river that
// leaves. Knows no file descriptor, no configuration file, no service manager.
//
//   Bridge bridge(config, wiring, services, host);   // connects by itself
//   bridge.apply(next, plan);                        // reload: what did not change is not touched;
//                                                    // in slices; host.on_applied() at the end
//   bridge.stop();                                   // drains; host.on_stopped() at the end
//
// The host is told on change and must not destroy the bridge from within a call.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "bridge/instance.hpp"
#include "bridge/outbox.hpp"
#include "bridge/parting.hpp"
#include "bridge/publish_ring.hpp"
#include "bridge/reporter.hpp"
#include "bridge/roster.hpp"
#include "bridge/transition.hpp"
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
                     private Transition::Deeds,
                     private Instance::Host,
                     private mqtt::Broker::Listener,
                     private Outbox::Writer {
 public:
  class Host {
   public:
    virtual void on_summary(const std::string& summary) = 0;  // something changed
    /// What apply() began is done; neither its configuration nor its plan is held any more.
    virtual void on_applied() = 0;
    virtual void on_stopped() = 0;

   protected:
    ~Host() = default;
  };

  Bridge(const config::Config& config, Wiring wiring, client::Services services, Host& host);
  ~Bridge();

  /// What cannot change without a restart stays as it was. A second one while the first is under
  /// way finishes that at once and is told alone; stop() ends it untold.
  void apply(std::shared_ptr<const config::Config> next, config::Plan plan);
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

  void join(const std::string& name, const config::Instance& settings) override;
  void leave(const std::string& name) override;
  void change(const std::string& name, const config::Instance& settings) override;
  void change_broker(const mqtt::Settings& settings);
  void advance_reload();
  void let_go();
  void subscribe(std::size_t most);
  void say(DocumentKey key);
  void mark_all();
  void summarise();
  void nudge();
  Publication offline() const;
  std::optional<mqtt::Outgoing> next_message();
  std::optional<mqtt::Outgoing> next_report();
  void advance_stop(Instant now);
  bool rivers_dry() const;
  void report_stats(Instant now);
  Instant next_moment(Instant now) const;

  Wiring wiring_;
  client::StartRate starts_;
  client::Services services_;
  Host& host_;
  Duration drain_timeout_;
  Duration report_interval_;
  mqtt::Settings broker_settings_;
  BridgeFacts facts_;
  route::Table table_;
  PublishRing ring_;
  Outbox outbox_;
  Reporter reporter_;

  Roster roster_;
  unsigned served_ = 0;  // messages since the last report
  Instant next_stats_ = {};
  route::InstanceId last_stats_ = 0;
  bool running_ = false;
  bool summary_due_ = true;

  std::optional<Transition> transition_;  // a reload under way
  std::optional<Parting> parting_;        // its broker is being left
  bool forgotten_ = false;                // the next broker has nothing of ours, whatever it says

  enum class Stop : std::uint8_t { No, Instances, Lanes, Broker, Done };
  Stop stop_ = Stop::No;
  Instant close_deadline_ = Instant::max();
  Instant stop_deadline_ = Instant::max();

  std::unique_ptr<mqtt::Broker> broker_;
  io::Registration registration_;
};

}  // namespace wsrelay::bridge
