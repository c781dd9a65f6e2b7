// What is wrong only together: settings that contradict each other, plain text that goes too far,
// publications that would come back. Runs on what was read; tells by the tree where things stand.
#pragma once

#include <functional>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

void check_consistency(const Config& config, const Node& root, Reading& reading);
/// A publication of ours that one of our own subscriptions would take back in.
void check_loops(const Config& config, const Node& root, Reading& reading);

/// Calls `each(index, instance)` for every instance that was read, in the order of the file.
void for_each_instance(const Config& config, const Node& root,
                       const std::function<void(std::size_t index, const Instance&)>& each);

/// Where a setting of an instance stands: in the instance, else in defaults, else the instance
/// itself.
class Whereabouts {
 public:
  /// The instance that is entry number `index` of `instances`.
  Whereabouts(const Node& root, std::size_t index);

  struct Spot {
    const Node* node;
    std::string key;  // "instances.ticker.tls.verify" or "defaults.tls.verify"
  };
  /// `path` as in "tls.verify"; numbers count in lists: "publish.0.topic".
  Spot find(std::string_view path) const;

 private:
  const Node& name_;
  const Node& own_;
  const Node* defaults_;
};

}  // namespace wsrelay::config
