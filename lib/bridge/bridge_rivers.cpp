// The two crossings: lanes → broker, broker → lanes.
#include <fmt/format.h>

#include "bridge/bridge.hpp"
#include "bridge/token.hpp"

namespace wsrelay::bridge {
namespace {

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

}  // namespace

// ---- publish: lanes → broker

void Bridge::on_publishable(Instance& instance) {
  ring_.enter(instance.publish());
  broker_->wake();
}

std::optional<mqtt::Outgoing> Bridge::next_publication() {
  if (parting_) return parting_->next();
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
  if (token == kPartingToken) return;
  Instance* instance = roster_.find(instance_of(token));
  if (instance == nullptr) return;
  instance->settle_publication(count_of(token), drop_for(verdict));
  if (!instance->publish().lane.empty()) return;
  if (roster_.note(*instance) || stop_ != Stop::No) nudge();
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

}  // namespace wsrelay::bridge
