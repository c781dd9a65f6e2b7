#include "bridge/bridge.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace wsrelay::bridge {
namespace {

// Who a publication belongs to, carried through the broker's verdict: 2 bits of kind, 22 of
// instance, 40 of the lane's own count.
constexpr std::uint64_t kReportBit = std::uint64_t{1} << 63;
constexpr unsigned kLaneBits = 40;

constexpr std::uint64_t lane_token(route::InstanceId instance, std::uint64_t token) {
  return static_cast<std::uint64_t>(instance) << kLaneBits | token;
}
constexpr route::InstanceId instance_of(std::uint64_t token) {
  return static_cast<route::InstanceId>(token >> kLaneBits);
}
constexpr std::uint64_t count_of(std::uint64_t token) {
  return token & ((std::uint64_t{1} << kLaneBits) - 1);
}

constexpr unsigned kMessagesPerReport = 64;  // reports stand behind the data, but not for ever

std::optional<Drop> drop_for(mqtt::Verdict verdict) {
  switch (verdict) {
    case mqtt::Verdict::Delivered:
      return std::nullopt;
    case mqtt::Verdict::Rejected:
      return Drop::RejectedByBroker;
    case mqtt::Verdict::TooLarge:
      return Drop::TooLarge;
    case mqtt::Verdict::InvalidTopic:
      return Drop::InvalidTopic;
  }
  return Drop::RejectedByBroker;
}

client::Services with_starts(client::Services services, client::StartRate& starts) {
  services.starts = &starts;
  return services;
}

}  // namespace

Bridge::Bridge(const config::Config& config, Wiring wiring, client::Services services, Host& host)
    : config_(config),
      wiring_(std::move(wiring)),
      starts_(config.starts),
      services_(with_starts(services, starts_)),
      host_(host),
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
  mqtt::Wiring broker{.will = {.topic = reporter_.topics().bridge("state"),
                               .payload = to_bytes("offline"),
                               .qos = 1,
                               .retain = true},
                      .relay_directory = wiring_.relay_directory};
  broker_ = std::make_unique<mqtt::Broker>(config_.mqtt.broker, std::move(broker), services_.loop,
                                           services_.dialer, services_.secrets, services_.random,
                                           static_cast<mqtt::Broker::Listener&>(*this));
  for (const auto& [name, settings] : config_.instances) join(name, settings);
  subscribe();
  mark_all();
  summarise();
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

void Bridge::leave(Instance& instance) {
  table_.remove(instance.id());
  roster_.leave(instance);
}

void Bridge::change(Instance& instance, const config::Instance& settings) {
  const config::Instance& before = instance.settings();
  if (before == settings) return instance.retry();
  if (before.rules != settings.rules || before.enabled != settings.enabled) {
    if (settings.enabled)
      table_.add(instance.id(), instance.name(), settings.rules);
    else
      table_.remove(instance.id());
  }
  roster_.renew(instance, settings);
  say({Document::State, instance.id()});
}

void Bridge::let_go() {
  for (const auto& instance : roster_.settle(stop_ == Stop::No)) {
    reporter_.left(*instance, roster_.find(instance->name()) == nullptr);
    ring_.leave(instance->publish());
    broker_->wake();
  }
}

void Bridge::subscribe() {
  std::vector<mqtt::Filter> filters;
  for (route::Subscription& each : table_.take_changes(std::numeric_limits<std::size_t>::max()))
    filters.push_back({each.id, std::move(each.filter), each.qos});
  if (!filters.empty()) broker_->change_filters(std::move(filters));
}

std::vector<std::string> Bridge::apply(const config::Config& config) {
  std::vector<std::string> later;
  if (config.name != config_.name) later.emplace_back("name");
  if (config.mqtt != config_.mqtt) later.emplace_back("mqtt");
  config_.drain_timeout = config.drain_timeout;
  if (config.report_interval != config_.report_interval) next_stats_ = {};
  config_.report_interval = config.report_interval;
  config_.log_level = config.log_level;
  starts_.set(config.starts);
  config_.instances = config.instances;

  for (const std::string& name : roster_.names())
    if (!config.instances.contains(name)) leave(*roster_.find(name));
  for (const auto& [name, settings] : config.instances) {
    if (Instance* known = roster_.find(name))
      change(*known, settings);
    else
      join(name, settings);
  }
  subscribe();
  facts_.reloaded = wiring_.wall();
  facts_.reload_problem.clear();
  say({Document::BridgeInfo});
  registration_.wake();
  summarise();
  return later;
}

void Bridge::reload_failed(const std::string& problem) {
  facts_.reloaded = wiring_.wall();
  facts_.reload_problem = problem;
  say({Document::BridgeInfo});
}

// ---- publish: lanes → broker

void Bridge::on_publishable(Instance& instance) {
  ring_.enter(instance.publish());
  broker_->wake();
}

std::optional<mqtt::Outgoing> Bridge::next_publication() {
  if (served_ >= kMessagesPerReport) {
    served_ = 0;
    if (auto report = next_report()) return report;
  }
  if (auto message = next_message()) return message;
  return next_report();
}

std::optional<mqtt::Outgoing> Bridge::next_message() {
  while (RingSeat* seat = ring_.serve()) {
    const Publication* publication = seat->lane.next(services_.loop.now());
    if (publication == nullptr) continue;  // all that waited was too old
    ++served_;
    return mqtt::Outgoing{publication, lane_token(seat->instance, seat->lane.last_token())};
  }
  return std::nullopt;
}

std::optional<mqtt::Outgoing> Bridge::next_report() {
  const auto item = outbox_.next(services_.loop.now());
  if (!item) return std::nullopt;
  return mqtt::Outgoing{item->publication, kReportBit | item->token};
}

void Bridge::on_published(std::uint64_t token, mqtt::Verdict verdict) {
  if ((token & kReportBit) != 0)
    return outbox_.settle(token & ~kReportBit, verdict == mqtt::Verdict::Delivered);
  Instance* instance = roster_.find(instance_of(token));
  if (instance == nullptr) return;
  instance->settle_publication(count_of(token), drop_for(verdict));
  if (stop_ != Stop::No || roster_.unsettled()) registration_.wake();
}

void Bridge::on_connection_lost() {
  outbox_.rewind();
  roster_.for_each([](Instance& instance) { instance.rewind_publications(); });
}

// ---- deliver: broker → lanes

void Bridge::on_arrival(mqtt::Arrival arrival) {
  // While stopping nothing new is taken: unacknowledged, the broker keeps it for our return.
  const auto deliveries = table_.deliveries_for(arrival.publication, arrival.filters);
  const std::size_t bytes = arrival.publication.payload.size();
  if (stop_ != Stop::No && arrival.token != 0) return;
  if (deliveries.empty()) {  // nobody's books can hold it: the bridge's own document does
    ++facts_.unroutable;
    say({Document::BridgeInfo});
  }
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const route::Delivery& delivery = deliveries[i];
    Instance* found = roster_.find(delivery.instance);
    if (found == nullptr) continue;
    Instance& instance = *found;
    if (stop_ != Stop::No) {
      instance.refuse_delivery(Drop::Shutdown, bytes);
    } else if (arrival.retained) {
      instance.refuse_delivery(Drop::Retained, bytes);  // a command of yesterday is never executed
    } else if (!delivery.kind) {
      instance.refuse_delivery(Drop::NoRoute, bytes);
    } else {
      const bool last = i + 1 == deliveries.size();
      instance.deliver({*delivery.kind, last ? std::move(arrival.publication.payload)
                                             : arrival.publication.payload});
    }
  }
  if (arrival.token != 0) broker_->acknowledge(arrival.token);
}

void Bridge::on_subscription_refused(const std::string& filter, int reason) {
  reporter_.log(LogLevel::Warning,
                fmt::format("broker: refuses the subscription to {} (reason {}); nothing is "
                            "delivered from there",
                            filter, reason));
}

// ---- what there is to tell

void Bridge::on_broker_state(const mqtt::BrokerStatus& status) {
  reporter_.broker_changed(status);
  if (status.state == mqtt::BrokerState::Connected) {
    // The will may have said "offline" a moment ago; without a session the rest may be gone too.
    say({Document::BridgeState});
    say({Document::BridgeInfo});
    if (!status.session_present) mark_all();
  }
  if (status.state == mqtt::BrokerState::Stopped) registration_.wake();
  summarise();
}

void Bridge::on_state_change(Instance& instance, client::State before) {
  reporter_.state_changed(instance, before);
  if (broker_) broker_->wake();
  if (instance.stopped()) registration_.wake();
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
  host_.on_summary(reporter_.summary());
}

std::optional<Publication> Bridge::write(const DocumentKey& key) const {
  const Topics& topics = reporter_.topics();
  const auto retained = [](std::string topic, std::string_view text) {
    return Publication{.topic = std::move(topic),
                       .payload = to_bytes(text),
                       .qos = 1,
                       .retain = true,
                       .is_utf8 = true};
  };
  if (key.document == Document::BridgeState)
    return retained(topics.bridge("state"), stop_ == Stop::Broker ? "offline" : "online");
  if (key.document == Document::BridgeInfo) {
    return retained(topics.bridge("info"),
                    info_document(facts_, broker_->status(), roster_.names()));
  }
  const Instance* found = roster_.find(key.instance);
  if (found == nullptr) return std::nullopt;
  const Instance& instance = *found;
  const Clocks clocks = reporter_.clocks(services_.loop.now());
  const std::string& name = instance.name();
  if (key.document == Document::Availability)
    return retained(topics.instance(name, "availability"),
                    instance.status().state == client::State::Ready ? "online" : "offline");
  if (key.document == Document::Stats)
    return retained(topics.instance(name, "stats"), stats_document(instance, clocks));
  return retained(topics.instance(name, "state"),
                  state_document(instance, reporter_.moments(instance), clocks, topics.daemon()));
}

// ---- the bridge's own turn: statistics, departures, the end

io::Wait Bridge::run(const io::Turn& turn) {
  let_go();
  report_stats(turn.now);
  if (stop_ != Stop::No) advance_stop(turn.now);
  io::Wait wait{.until = next_stats_};
  if (stop_ != Stop::No)
    wait.until = stop_ == Stop::Instances ? close_deadline_
                 : stop_ == Stop::Done    ? Instant::max()
                                          : stop_deadline_;
  return wait;
}

// One instance at a time, so that ten thousand documents do not come in one burst.
void Bridge::report_stats(Instant now) {
  if (now < next_stats_) return;
  if (const Instance* next = roster_.next_after(last_stats_)) {
    last_stats_ = next->id();
    say({Document::Stats, next->id()});
  }
  next_stats_ = after(
      now, config_.report_interval / static_cast<long>(std::max<std::size_t>(roster_.size(), 1)));
}

void Bridge::stop() {
  if (stop_ != Stop::No) return;
  stop_ = Stop::Instances;
  Duration closing = Duration::zero();
  roster_.for_each([&](Instance& instance) {
    closing = std::max(closing, instance.settings().client.timeouts.close);
    instance.stop();
  });
  close_deadline_ = after(services_.loop.now(), closing);
  stop_deadline_ = after(close_deadline_, config_.drain_timeout);
  registration_.wake();
}

bool Bridge::rivers_dry() const {
  return roster_.all([](const Instance& each) { return each.publish().lane.empty(); });
}

void Bridge::advance_stop(Instant now) {
  if (stop_ == Stop::Instances) {
    const bool stopped = roster_.all([](const Instance& each) { return each.stopped(); });
    if (!stopped && now < close_deadline_) return;
    stop_ = Stop::Lanes;
    stop_deadline_ = after(now, config_.drain_timeout);
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
    say({Document::BridgeState});
    broker_->stop(reachable ? std::max(stop_deadline_, after(now, std::chrono::seconds(1))) : now);
  }
  if (stop_ == Stop::Broker && broker_->status().state == mqtt::BrokerState::Stopped) {
    stop_ = Stop::Done;
    host_.on_stopped();
  }
}

}  // namespace wsrelay::bridge
