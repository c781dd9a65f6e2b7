// Topics that get in each other's way: a publication among the daemon's own topics, filters of one
// instance that take the same message twice or take in the daemon's reports, two instances whose
// retained messages replace each other.
#include <array>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "base/topic.hpp"
#include "config/consistency.hpp"
#include "config/types.hpp"
#include "route/table.hpp"
#include "route/template.hpp"

namespace wsrelay::config {
namespace {

using Value = route::Template::Value;

// Comparing every filter with every other is quadratic. Nobody writes so many by hand; past this
// many pairs overlaps are no longer looked for.
constexpr std::size_t kMostPairs = 2'000'000;

std::string expanded(std::string_view text, std::span<const std::string_view> places,
                     std::span<const Value> values) {
  const auto parsed = route::Template::parse(text, places);
  return parsed ? parsed->expand(values) : std::string();
}

/// Whether the daemon reports or listens there, or another with the same base.
bool is_own_topic(std::string_view topic, std::string_view base) {
  if (!topic.starts_with(base) || topic.substr(base.size(), 1) != "/") return false;
  topic.remove_prefix(base.size() + 1);
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos) return false;
  if (topic.substr(0, slash) == "bridge") return true;
  const std::string_view rest = topic.substr(slash + 1);
  const std::string_view first = rest.substr(0, rest.find('/'));
  const bool alone = first.size() == rest.size();
  return (alone && (first == "state" || first == "availability" || first == "stats")) ||
         first == "event" || first == "request" || first == "response";
}

/// The topics of one instance, as they will be, and who speaks about them.
struct Topics {
  const Node& name_node;
  const Instance& instance;
  const std::string& base;
  Whereabouts where;
  const std::string& name = name_node.text;

  std::string publication(std::size_t rule, std::string_view opcode) const {
    const std::array values{Value{"base", base}, Value{"instance", name}, Value{"opcode", opcode}};
    return expanded(instance.rules.publish[rule].topic, route::kPublishPlaces, values);
  }
  std::string filter(std::size_t rule) const {
    const std::array values{Value{"base", base}, Value{"instance", name}};
    return expanded(instance.rules.deliver[rule].topic, route::kDeliverPlaces, values);
  }
  Spot spot(std::string_view direction, std::size_t rule) const {
    return where.find(fmt::format("{}.{}.topic", direction, rule));
  }
  /// The default rule stands nowhere; then the spot is the instance's name.
  bool is_written(const Spot& spot) const { return spot.node != &name_node; }
};

void check_publications(const Topics& topics, const Say& say) {
  for (std::size_t i = 0; i < topics.instance.rules.publish.size(); ++i) {
    const std::string topic = topics.publication(i, "text");
    const Spot spot = topics.spot("publish", i);
    // The default rule is never at fault: then the name is, and that was said.
    if (topics.is_written(spot) && is_own_topic(topic, topics.base))
      say.problem(spot, fmt::format("{} is one of the daemon's own topics", in_quotes(topic)),
                  "publish beside it, as to '{{base}}/{{instance}}/recv'");
  }
}

/// A filter that comes back to what we publish is a loop, and loops are spoken of elsewhere.
bool takes_own_publication(const Topics& topics, std::string_view filter) {
  for (std::size_t i = 0; i < topics.instance.rules.publish.size(); ++i)
    if (topic_matches(filter, topics.publication(i, "text"))) return true;
  return false;
}

void check_against_own(const Topics& topics, std::size_t rule, const std::string& filter,
                       const Say& say) {
  const auto own = [&](std::string_view what) {
    return fmt::format("{}/{}/{}", topics.base, topics.name, what);
  };
  if (filter.ends_with('#') && topic_matches(filter, own("event/dropped"))) {
    if (!takes_own_publication(topics, filter))
      say.warning(topics.spot("deliver", rule),
                  fmt::format("{} takes in the daemon's own reports", in_quotes(filter)),
                  "name the topics that the server should get");
  } else if (topics.instance.rules.send_topics && filters_overlap(filter, own("send/#")) &&
             !takes_own_publication(topics, filter)) {
    say.warning(topics.spot("deliver", rule),
                fmt::format("{} takes in this instance's send topics: what is published there is "
                            "sent twice",
                            in_quotes(filter)),
                "set send_topics: false, or name other topics");
  }
}

class Clashes {
 public:
  explicit Clashes(const Say& say) : say_(say) {}

  void check(const Topics& topics) {
    check_publications(topics, say_);
    check_filters(topics);
    check_retained(topics);
  }

 private:
  struct Publisher {
    std::string name;
    Spot spot;
    bool written;
    bool retain;
  };

  void check_filters(const Topics& topics) {
    std::map<std::string, std::size_t> known;
    std::vector<std::string> all;
    for (std::size_t i = 0; i < topics.instance.rules.deliver.size(); ++i) {
      const std::string& filter = all.emplace_back(topics.filter(i));
      if (filter.empty()) continue;
      const auto [same, is_new] = known.emplace(filter, i);
      if (!is_new) {
        say_.problem(topics.spot("deliver", i),
                     fmt::format("{} stands here twice: in deliver[{}] as well", in_quotes(filter),
                                 same->second),
                     "remove one of the two");
        continue;
      }
      check_against_own(topics, i, filter, say_);
      check_overlap(topics, i, all);
    }
  }

  void check_overlap(const Topics& topics, std::size_t rule, const std::vector<std::string>& all) {
    for (std::size_t i = 0; i < rule && pairs_ < kMostPairs; ++i, ++pairs_) {
      if (all[i].empty() || !filters_overlap(all[i], all[rule])) continue;
      return say_.warning(topics.spot("deliver", rule),
                          fmt::format("{} overlaps with {} in deliver[{}]: what fits both is sent "
                                      "twice",
                                      in_quotes(all[rule]), in_quotes(all[i]), i),
                          "make one of them narrower");
    }
  }

  void check_retained(const Topics& topics) {
    const auto& rules = topics.instance.rules.publish;
    if (rules.empty() || !topics.instance.enabled) return;
    const Spot spot = topics.spot("publish", 0);
    const Publisher self{topics.name, spot, topics.is_written(spot), rules[0].retain};
    for (const std::string_view opcode : {"text", "binary"}) {
      const std::string topic = topics.publication(0, opcode);
      if (topic.empty()) continue;
      const auto [found, is_new] = publishers_.emplace(topic, self);
      const Publisher& other = found->second;
      if (is_new || other.name == self.name || !(other.retain || self.retain)) continue;
      const bool mine = self.written || !other.written;
      return say_.warning(mine ? self.spot : other.spot,
                          fmt::format("{} publishes to {} as well: the broker retains the last "
                                      "message of both",
                                      mine ? other.name : self.name, in_quotes(topic)),
                          "put {{instance}} into the topic");
    }
  }

  const Say& say_;
  std::map<std::string, Publisher, std::less<>> publishers_;
  std::size_t pairs_ = 0;
};

}  // namespace

void check_clashes(const Config& config, const Node& root, Reading& reading) {
  const Say say{reading};
  Clashes clashes(say);
  for_each_instance(config, root, [&](std::size_t index, const Instance& instance) {
    clashes.check({root.find("instances")->key(index), instance, config.mqtt.base_topic,
                   Whereabouts(root, index)});
  });
}

}  // namespace wsrelay::config
