#include "bridge/bridge.hpp"

#include <algorithm>
#include <limits>

namespace wsrelay::bridge {
namespace {

// Instances and filters per turn: so that a turn takes about a millisecond.
constexpr std::size_t kSlice = 64;
constexpr std::size_t kFilterSlice = 256;
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

constexpr Duration kPartingTime = std::chrono::seconds(1);  // and as much for the goodbye

client::Services with_starts(client::Services services, client::StartRate& starts) {
  services.starts = &starts;
  return services;
}

}  // namespace

Bridge::Bridge(const config::Config& config, Wiring wiring, client::Services services, Host& host)
    : wiring_(std::move(wiring)),
      starts_(config.starts),
      services_(with_starts(services, starts_)),
      host_(host),
      drain_timeout_(config.drain_timeout),
      report_interval_(config.report_interval),
      broker_settings_(config.mqtt.broker),
      facts_{.version = wiring_.version,
             .host = wiring_.host,
             .daemon = config.name,
             .started = wiring_.wall(),
             .broker_url = config.mqtt.broker.url.redacted()},
      table_(config.mqtt.base_topic),
      outbox_(*this),
      reporter_(Topics(config.mqtt.base_topic, config.name), outbox_, wiring_.log, wiring_.wall),
      roster_(services_, *this),
      registration_(services.loop.add(*this)) {
  mqtt::Wiring broker{.will = offline(), .relay_directory = wiring_.relay_directory};
  broker_ = std::make_unique<mqtt::Broker>(broker_settings_, std::move(broker), services_.loop,
                                           services_.dialer, services_.secrets, services_.random,
                                           static_cast<mqtt::Broker::Listener&>(*this));
  for (const auto& [name, settings] : config.instances) join(name, settings);
  subscribe(kAll);
  mark_all();
}

Bridge::~Bridge() {
  roster_.for_each([&](Instance& instance) { ring_.leave(instance.publish()); });
}

const Instance* Bridge::find(std::string_view name) const {
  return roster_.find(name);
}

// ---- instances come and go

void Bridge::join(const std::string& name, const config::Instance& settings) {
  Instance& instance = roster_.join(name, settings);
  if (settings.enabled) table_.add(instance.id(), name, settings.rules);
  reporter_.joined(instance);
}

void Bridge::leave(const std::string& name) {
  Instance* const instance = roster_.find(name);
  if (instance == nullptr) return;
  table_.remove(instance->id());
  roster_.leave(*instance);
}

void Bridge::change(const std::string& name, const config::Instance& settings) {
  Instance* const instance = roster_.find(name);
  if (instance == nullptr) return join(name, settings);
  const config::Instance& before = instance->settings();
  if (!settings.enabled)
    table_.remove(instance->id());
  else if (before.rules != settings.rules || !before.enabled)
    table_.add(instance->id(), name, settings.rules);
  roster_.renew(*instance, settings);
  say({Document::State, instance->id()});
}

void Bridge::let_go() {
  for (const auto& instance : roster_.settle(stop_ == Stop::No, kSlice)) {
    reporter_.left(*instance, roster_.find(instance->name()) == nullptr);
    ring_.leave(instance->publish());
    broker_->wake();
  }
}

void Bridge::subscribe(std::size_t most) {
  std::vector<mqtt::Filter> filters;
  for (route::Subscription& each : table_.take_changes(most))
    filters.push_back({each.id, std::move(each.filter), each.qos});
  if (!filters.empty()) broker_->change_filters(std::move(filters));
}

// ---- reload

void Bridge::apply(std::shared_ptr<const config::Config> next, config::Plan plan) {
  if (stop_ != Stop::No) return;
  if (transition_) transition_->advance(*this, kAll);
  drain_timeout_ = next->drain_timeout;
  if (std::exchange(report_interval_, next->report_interval) != next->report_interval)
    next_stats_ = {};
  starts_.set(next->starts);
  change_broker(next->mqtt.broker);
  transition_.emplace(std::move(next), std::move(plan));
  nudge();
}

void Bridge::change_broker(const mqtt::Settings& settings) {
  const mqtt::Settings before = std::exchange(broker_settings_, settings);
  if (before == settings) return;
  if (mqtt::needs_new_connection(before, settings)) {
    const bool elsewhere = mqtt::leads_elsewhere(before, settings);
    forgotten_ |= elsewhere;
    if (broker_->status().state == mqtt::BrokerState::Connected)
      parting_.emplace(forgotten_ ? std::optional(offline()) : std::nullopt);
    reporter_.broker_left(before.url.redacted(), settings.url.redacted());
    facts_.broker_url = settings.url.redacted();
  }
  broker_->change(settings, after(services_.loop.now(), kPartingTime));
}

// A slice of the reload. Filters come last: one that changes hands is asked for once.
void Bridge::advance_reload() {
  if (!transition_) return;
  if (!transition_->advance(*this, kSlice)) return;
  subscribe(kFilterSlice);
  if (table_.has_changes()) return;
  transition_.reset();
  roster_.retry();
  facts_.reloaded = wiring_.wall();
  facts_.reload_problem.clear();
  say({Document::BridgeInfo});
  host_.on_applied();
}

void Bridge::reload_failed(const std::string& problem) {
  facts_.reloaded = wiring_.wall();
  facts_.reload_problem = problem;
  say({Document::BridgeInfo});
}

// ---- what there is to tell

void Bridge::on_broker_state(const mqtt::BrokerStatus& status) {
  reporter_.broker_changed(status);
  if (status.state == mqtt::BrokerState::Connected) {
    // The will may have said "offline" a moment ago; without a session the rest may be gone too.
    say({Document::BridgeState});
    say({Document::BridgeInfo});
    if (std::exchange(forgotten_, false) || !status.session_present) mark_all();
  } else {
    parting_.reset();
  }
  if (status.state == mqtt::BrokerState::Stopped) nudge();
  summarise();
}

void Bridge::on_state_change(Instance& instance, client::State before) {
  reporter_.state_changed(instance, before);
  if (broker_) broker_->wake();
  if (roster_.note(instance) || (stop_ != Stop::No && instance.stopped())) nudge();
  summarise();
}

void Bridge::on_event(Instance& instance, const Event& event) {
  reporter_.happened(instance, event, services_.loop.now());
  if (broker_) broker_->wake();
}

void Bridge::say(DocumentKey key) {
  outbox_.mark(key);
  if (broker_) broker_->wake();
}

void Bridge::mark_all() {
  outbox_.mark({Document::BridgeState});
  outbox_.mark({Document::BridgeInfo});
  roster_.for_each([&](const Instance& instance) {
    for (const Document document : {Document::Availability, Document::State, Document::Stats})
      outbox_.mark({document, instance.id()});
  });
}

void Bridge::summarise() {
  summary_due_ = true;
  nudge();
}

// Not from within its own turn, which would only become longer: run() comes back by itself.
void Bridge::nudge() {
  if (!running_) registration_.wake();
}

Publication Bridge::offline() const {
  return retained(reporter_.topics().bridge("state"), "offline");
}

std::optional<Publication> Bridge::write(const DocumentKey& key) const {
  const Topics& topics = reporter_.topics();
  if (key.document == Document::BridgeState)
    return stop_ == Stop::Broker ? offline() : retained(topics.bridge("state"), "online");
  if (key.document == Document::BridgeInfo)
    return retained(topics.bridge("info"),
                    info_document(facts_, broker_->status(), roster_.names()));
  const Instance* const instance = roster_.find(key.instance);
  if (instance == nullptr) return std::nullopt;
  return reporter_.document(key.document, *instance, services_.loop.now());
}

// ---- the bridge's own turn: statistics, departures, the end

io::Wait Bridge::run(const io::Turn& turn) {
  running_ = true;
  advance_reload();
  let_go();
  report_stats(turn.now);
  if (stop_ != Stop::No) advance_stop(turn.now);
  if (std::exchange(summary_due_, false)) host_.on_summary(reporter_.summary());
  running_ = false;
  return {.until = next_moment(turn.now)};
}

Instant Bridge::next_moment(Instant now) const {
  if (transition_ || roster_.has_due() || summary_due_) return now;
  switch (stop_) {
    case Stop::No:
      return next_stats_;
    case Stop::Instances:
      return close_deadline_;
    case Stop::Done:
      return Instant::max();
    default:
      return stop_deadline_;
  }
}

// One instance at a time, so that ten thousand documents do not come in one burst.
void Bridge::report_stats(Instant now) {
  if (now < next_stats_) return;
  if (const Instance* next = roster_.next_after(last_stats_)) {
    last_stats_ = next->id();
    say({Document::Stats, next->id()});
  }
  next_stats_ =
      after(now, report_interval_ / static_cast<long>(std::max<std::size_t>(roster_.size(), 1)));
}

void Bridge::stop() {
  if (stop_ != Stop::No) return;
  stop_ = Stop::Instances;
  transition_.reset();
  roster_.hurry();
  Duration closing = Duration::zero();
  roster_.for_each([&](Instance& instance) {
    closing = std::max(closing, instance.settings().client.timeouts.close);
    instance.stop();
  });
  close_deadline_ = after(services_.loop.now(), closing);
  stop_deadline_ = after(close_deadline_, drain_timeout_);
  nudge();
}

bool Bridge::rivers_dry() const {
  return roster_.all([](const Instance& each) { return each.publish().lane.empty(); });
}

void Bridge::advance_stop(Instant now) {
  if (stop_ == Stop::Instances) {
    const bool stopped = roster_.all([](const Instance& each) { return each.stopped(); });
    if (!stopped && now < close_deadline_) return;
    stop_ = Stop::Lanes;
    stop_deadline_ = after(now, drain_timeout_);
  }
  if (stop_ == Stop::Lanes) {
    const bool reachable = broker_->status().state == mqtt::BrokerState::Connected;
    if (!rivers_dry() && now < stop_deadline_) return;
    roster_.for_each([&](Instance& instance) {
      instance.drop_rest();
      for (const Document document : {Document::Availability, Document::State, Document::Stats})
        say({document, instance.id()});
    });
    stop_ = Stop::Broker;
    parting_.reset();
    say({Document::BridgeState});
    broker_->stop(reachable ? std::max(stop_deadline_, after(now, std::chrono::seconds(1))) : now);
  }
  if (stop_ == Stop::Broker && broker_->status().state == mqtt::BrokerState::Stopped) {
    stop_ = Stop::Done;
    host_.on_stopped();
  }
}

}  // namespace wsrelay::bridge
