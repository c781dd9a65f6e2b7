// A publication of ours that comes back through a subscription of ours: sent to the server that it
// came from, or round and round between two. Every topic an instance may publish to is looked up
// among all filters; equal filters count once, so the cost does not grow with their owners.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "config/consistency.hpp"
#include "route/matcher.hpp"
#include "route/table.hpp"
#include "route/template.hpp"

namespace wsrelay::config {
namespace {

using Value = route::Template::Value;

struct Filter {
  std::string text;
  std::size_t owner;  // entry number in `instances`
  std::string path;   // of the rule's topic, "" for the send topics
};

struct Filters {
  std::vector<Filter> all;
  std::map<std::string, std::size_t, std::less<>> numbers;
  route::Matcher matcher;

  void add(Filter filter) {
    if (!numbers.emplace(filter.text, all.size()).second) return;
    matcher.add(filter.text, static_cast<std::uint32_t>(all.size()));
    all.push_back(std::move(filter));
  }
};

std::string name_at(const Node& root, std::size_t index) {
  return root.find("instances")->key(index).text;
}

std::string expanded(std::string_view text, std::span<const std::string_view> places,
                     std::span<const Value> values) {
  const auto parsed = route::Template::parse(text, places);
  return parsed ? parsed->expand(values) : std::string();
}

Filters collect(const Config& config, const Node& root) {
  Filters filters;
  for_each_instance(config, root, [&](std::size_t index, const Instance& instance) {
    const std::string name = name_at(root, index);
    const std::array values{Value{"base", config.mqtt.base_topic}, Value{"instance", name}};
    for (std::size_t i = 0; i < instance.rules.deliver.size(); ++i) {
      std::string text = expanded(instance.rules.deliver[i].topic, route::kDeliverPlaces, values);
      if (!text.empty()) filters.add({std::move(text), index, fmt::format("deliver.{}.topic", i)});
    }
    if (instance.rules.send_topics)
      filters.add({fmt::format("{}/{}/send/#", config.mqtt.base_topic, name), index, {}});
  });
  return filters;
}

void say_loop(const Node& root, std::size_t publisher, std::size_t rule, const std::string& topic,
              const Filter& filter, std::set<const Filter*>& told, Reading& reading) {
  const Whereabouts publishing(root, publisher);
  Spot spot = publishing.find(fmt::format("publish.{}.topic", rule));
  const std::string from = name_at(root, publisher);
  const std::string to = name_at(root, filter.owner);
  // The default rule stands nowhere; then the filter is what somebody wrote.
  const bool unwritten = spot.node == &root.find("instances")->key(publisher);
  std::string what =
      fmt::format("'{}' would be delivered back: {} subscribes to '{}'", topic, to, filter.text);
  if (unwritten && !filter.path.empty()) {
    if (!told.insert(&filter).second) return;  // one example is enough
    spot = Whereabouts(root, filter.owner).find(filter.path);
    what = fmt::format("'{}' takes in what {} publishes to '{}': it would be delivered back",
                       filter.text, from, topic);
  }
  const Reading::At at(reading, spot.key);
  reading.problem(*spot.node, std::move(what), "publish outside of what is delivered");
}

}  // namespace

void check_loops(const Config& config, const Node& root, Reading& reading) {
  const Filters filters = collect(config, root);
  std::set<const Filter*> told;
  std::vector<std::uint32_t> found;
  for_each_instance(config, root, [&](std::size_t index, const Instance& instance) {
    const std::string name = name_at(root, index);
    for (std::size_t i = 0; i < instance.rules.publish.size(); ++i) {
      for (const std::string_view opcode : {"text", "binary"}) {
        const std::array values{Value{"base", config.mqtt.base_topic}, Value{"instance", name},
                                Value{"opcode", opcode}};
        const std::string topic =
            expanded(instance.rules.publish[i].topic, route::kPublishPlaces, values);
        found.clear();
        filters.matcher.match(topic, found);
        if (topic.empty() || found.empty()) continue;
        const auto first = *std::min_element(found.begin(), found.end());
        say_loop(root, index, i, topic, filters.all[first], told, reading);
        break;
      }
    }
  });
}

}  // namespace wsrelay::config
