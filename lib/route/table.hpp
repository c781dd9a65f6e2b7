// Who belongs to whom: one instance's message → the publication it becomes; an arrived publication
// → the instances it goes to and as what. Pure decisions; counts nothing, sends nothing.
// Rules come checked (config/); an expanded topic is checked here once more, for values come from
// outside.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/message.hpp"
#include "base/publication.hpp"
#include "route/matcher.hpp"
#include "route/rule.hpp"
#include "route/template.hpp"

namespace wsrelay::route {

using InstanceId = std::uint32_t;

inline constexpr std::string_view kPublishPlaces[] = {"base", "instance", "opcode"};
inline constexpr std::string_view kDeliverPlaces[] = {"base", "instance"};

/// What an arrival means for one instance; no kind: the instance has no route for that topic.
struct Delivery {
  InstanceId instance = 0;
  std::optional<Message::Kind> kind = {};

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

struct Subscription {
  std::uint32_t id =
      0;  // the MQTT 5 subscription identifier; stays while the filter stays; 0: gone
  std::string filter;
  std::uint8_t qos = 1;  // the highest that a rule behind it asks for

  friend bool operator==(const Subscription&, const Subscription&) = default;
};

class Table {
 public:
  explicit Table(std::string base) : base_(std::move(base)) {}

  /// In place of the rules that the instance had, if any.
  void add(InstanceId instance, std::string_view name, const Rules& rules);
  void remove(InstanceId instance);

  enum class Refusal : std::uint8_t { Filtered, InvalidTopic };
  /// Moves the payload of `message` into the publication on success.
  tl::expected<Publication, Refusal> publication_for(InstanceId instance, Message& message) const;
  /// The same for a part of one. User properties say where it belongs: ws-opcode (0 1 2), ws-fin,
  /// ws-offset, ws-length, ws-frame-offset, ws-frame-length; a length that nobody knows yet is
  /// left out. It is text for MQTT only if the part alone is UTF-8.
  tl::expected<Publication, Refusal> publication_for(InstanceId instance, MessagePart& part) const;

  /// `ids`: the subscription identifiers it came with; none (3.1.1): matched by topic. A broker
  /// that kept our session may still send those of an earlier run: they count only if the topic
  /// agrees.
  std::vector<Delivery> deliveries_for(const Publication& arrival,
                                       std::span<const std::uint32_t> ids) const;
  std::vector<Subscription> subscriptions() const;
  /// What to subscribe and, with id 0, to unsubscribe since these calls began: at most `most` of
  /// it, until there is no more. A filter may come although nothing about it is new.
  std::vector<Subscription> take_changes(std::size_t most);
  bool has_changes() const { return !changed_.empty(); }

 private:
  struct Publishing {
    Template topic;        // only {{opcode}} is left open
    std::string constant;  // the topic, if nothing is
    std::uint8_t qos = 0;
    bool retain = false;
  };
  struct Target {
    InstanceId instance = 0;
    SendAs as = SendAs::Auto;
    std::uint8_t qos = 1;
    bool send_topics = false;  // the kind is in the topic's end: send, send/text, send/binary
  };
  struct Route {  // one filter and everybody behind it
    std::uint32_t id = 0;
    std::vector<Target> targets;
  };
  struct Entry {  // what an instance has here
    std::vector<Publishing> publishing;
    std::vector<std::string> filters;  // it is a target of their routes
  };

  /// The publication without a payload.
  tl::expected<Publication, Refusal> envelope_for(InstanceId instance, Message::Kind kind) const;
  void subscribe(Entry& entry, const std::string& filter, Target target);
  void leave(InstanceId instance, const std::vector<std::string>& filters);
  void drop_if_empty(const std::string& filter);
  Subscription subscription(const std::string& filter) const;
  std::vector<std::uint32_t> routes_for(const std::string& topic,
                                        std::span<const std::uint32_t> ids) const;
  Delivery deliver(const Target& target, const std::string& filter,
                   const Publication& arrival) const;

  std::string base_;
  std::map<InstanceId, Entry> entries_;
  std::map<std::string, Route> routes_;           // by filter
  std::map<std::uint32_t, std::string> filters_;  // by id
  std::set<std::string> changed_;                 // filters that take_changes() has to tell
  Matcher matcher_;
  std::uint32_t next_id_ = 1;
};

}  // namespace wsrelay::route
