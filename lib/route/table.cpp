#include "route/table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/topic.hpp"
#include "base/utf8.hpp"

namespace wsrelay::route {
namespace {

// What a publisher said in MQTT 5 counts first; then the bytes decide.
Message::Kind guess_kind(const Publication& arrival) {
  for (const auto& property : arrival.user_properties)
    if (property.first == "ws-opcode" && (property.second == "text" || property.second == "binary"))
      return property.second == "text" ? Message::Kind::Text : Message::Kind::Binary;
  return arrival.is_utf8 || is_utf8(arrival.payload) ? Message::Kind::Text : Message::Kind::Binary;
}

Message::Kind kind_for(SendAs as, const Publication& arrival) {
  switch (as) {
    case SendAs::Text:
      return Message::Kind::Text;
    case SendAs::Binary:
      return Message::Kind::Binary;
    case SendAs::Auto:
      break;
  }
  return guess_kind(arrival);
}

// RFC 6455 §5.2: the opcode of the frame that the part belongs to.
char opcode_of(const MessagePart& part) {
  if (part.continuation) return '0';
  return part.kind == Message::Kind::Text ? '1' : '2';
}

std::vector<std::pair<std::string, std::string>> places_of(const MessagePart& part) {
  std::vector<std::pair<std::string, std::string>> places;
  places.reserve(6);
  places.emplace_back("ws-opcode", std::string(1, opcode_of(part)));
  places.emplace_back("ws-fin", part.fin ? "1" : "0");
  places.emplace_back("ws-offset", std::to_string(part.message_offset));
  // Compressed, a message's length is known when its end is.
  auto length = part.message_length;
  if (!length && part.last) length = part.message_offset + part.payload.size();
  if (length) places.emplace_back("ws-length", std::to_string(*length));
  places.emplace_back("ws-frame-offset", std::to_string(part.frame_offset));
  if (part.frame_length) places.emplace_back("ws-frame-length", std::to_string(*part.frame_length));
  return places;
}

constexpr std::string_view kSendFilter = "{{base}}/{{instance}}/send/#";

}  // namespace

void Table::add(InstanceId instance, std::string_view name, const Rules& rules) {
  const std::array values{Template::Value{"base", base_}, Template::Value{"instance", name}};
  Entry& entry = entries_[instance];
  const Entry before = std::exchange(entry, Entry{});
  leave(instance, before.filters);
  for (const PublishRule& rule : rules.publish) {
    const auto parsed = Template::parse(rule.topic, kPublishPlaces);
    if (!parsed) continue;  // cannot be: config/ refused it
    Template topic = parsed->bind(values);
    std::string constant = topic.is_constant() ? topic.expand({}) : std::string();
    entry.publishing.push_back({std::move(topic), std::move(constant), rule.qos, rule.retain});
  }
  for (const DeliverRule& rule : rules.deliver)
    if (const auto parsed = Template::parse(rule.topic, kDeliverPlaces))
      subscribe(entry, parsed->expand(values),
                {.instance = instance, .as = rule.as, .qos = rule.qos});
  if (rules.send_topics)
    subscribe(entry, Template::parse(kSendFilter, kDeliverPlaces)->expand(values),
              {.instance = instance, .send_topics = true});
  // Only now: a filter that comes again keeps its identifier.
  for (const std::string& filter : before.filters) drop_if_empty(filter);
}

void Table::subscribe(Entry& entry, const std::string& filter, Target target) {
  Route& route = routes_[filter];
  if (route.id == 0) {
    route.id = next_id_++;
    filters_[route.id] = filter;
    matcher_.add(filter, route.id);
  }
  route.targets.push_back(target);
  entry.filters.push_back(filter);
  changed_.insert(filter);
}

void Table::remove(InstanceId instance) {
  const auto entry = entries_.extract(instance);
  if (!entry) return;
  leave(instance, entry.mapped().filters);
  for (const std::string& filter : entry.mapped().filters) drop_if_empty(filter);
}

void Table::leave(InstanceId instance, const std::vector<std::string>& filters) {
  for (const std::string& filter : filters) {
    std::erase_if(routes_.at(filter).targets,
                  [&](const Target& each) { return each.instance == instance; });
    changed_.insert(filter);
  }
}

void Table::drop_if_empty(const std::string& filter) {
  const auto at = routes_.find(filter);
  if (at == routes_.end() || !at->second.targets.empty()) return;
  matcher_.remove(filter, at->second.id);
  filters_.erase(at->second.id);
  routes_.erase(at);
}

tl::expected<Publication, Table::Refusal> Table::envelope_for(InstanceId instance,
                                                              Message::Kind kind) const {
  const auto found = entries_.find(instance);
  // The first rule takes the message; rules have no conditions yet.
  if (found == entries_.end() || found->second.publishing.empty())
    return tl::unexpected(Refusal::Filtered);
  const Publishing& rule = found->second.publishing.front();
  Publication publication{
      .topic = rule.constant, .payload = {}, .qos = rule.qos, .retain = rule.retain};
  if (publication.topic.empty()) {
    const std::array values{Template::Value{"opcode", name_of(kind)}};
    publication.topic = rule.topic.expand(values);
    if (!is_topic_name(publication.topic)) return tl::unexpected(Refusal::InvalidTopic);
  }
  return publication;
}

tl::expected<Publication, Table::Refusal> Table::publication_for(InstanceId instance,
                                                                 Message& message) const {
  auto publication = envelope_for(instance, message.kind);
  if (!publication) return publication;
  publication->payload = std::move(message.payload);
  publication->is_utf8 = message.kind == Message::Kind::Text;
  return publication;
}

tl::expected<Publication, Table::Refusal> Table::publication_for(InstanceId instance,
                                                                 MessagePart& part) const {
  auto publication = envelope_for(instance, part.kind);
  if (!publication) return publication;
  publication->user_properties = places_of(part);
  publication->payload = std::move(part.payload);
  // A character may be cut in two between parts.
  publication->is_utf8 = part.kind == Message::Kind::Text && is_utf8(publication->payload);
  return publication;
}

Delivery Table::deliver(const Target& target, const std::string& filter,
                        const Publication& arrival) const {
  if (!target.send_topics)
    return {.instance = target.instance, .kind = kind_for(target.as, arrival)};
  const std::string_view topic = arrival.topic;
  const std::string_view end =
      topic.substr(std::min(topic.size(), filter.size() - std::string_view("/#").size()));
  if (end.empty()) return {target.instance, guess_kind(arrival)};
  if (end == "/text") return {target.instance, Message::Kind::Text};
  if (end == "/binary") return {target.instance, Message::Kind::Binary};
  return {target.instance, std::nullopt};
}

std::vector<Delivery> Table::deliveries_for(const Publication& arrival,
                                            std::span<const std::uint32_t> ids) const {
  std::vector<Delivery> deliveries;
  for (const std::uint32_t id : routes_for(arrival.topic, ids)) {
    const std::string& filter = filters_.at(id);
    for (const Target& target : routes_.at(filter).targets)
      deliveries.push_back(deliver(target, filter, arrival));
  }
  return deliveries;
}

std::vector<std::uint32_t> Table::routes_for(const std::string& topic,
                                             std::span<const std::uint32_t> ids) const {
  std::vector<std::uint32_t> routes;
  for (const std::uint32_t id : ids) {
    const auto filter = filters_.find(id);
    if (filter != filters_.end() && topic_matches(filter->second, topic)) routes.push_back(id);
  }
  if (routes.empty()) matcher_.match(topic, routes);
  return routes;
}

Subscription Table::subscription(const std::string& filter) const {
  const auto found = routes_.find(filter);
  if (found == routes_.end()) return {.id = 0, .filter = filter, .qos = 0};
  std::uint8_t qos = 0;
  for (const Target& target : found->second.targets) qos = std::max(qos, target.qos);
  return {.id = found->second.id, .filter = filter, .qos = qos};
}

std::vector<Subscription> Table::subscriptions() const {
  std::vector<Subscription> all;
  for (const auto& each : routes_) all.push_back(subscription(each.first));
  return all;
}

std::vector<Subscription> Table::take_changes(std::size_t most) {
  std::vector<Subscription> changes;
  while (changes.size() < most && !changed_.empty())
    changes.push_back(subscription(changed_.extract(changed_.begin()).value()));
  return changes;
}

}  // namespace wsrelay::route
