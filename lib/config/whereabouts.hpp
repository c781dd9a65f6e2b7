// From a setting that was read back to the place where it stands, and to the people who wrote it
// there: for whoever judges settings together, after the tree was read.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/config.hpp"
#include "config/document.hpp"
#include "config/reading.hpp"

namespace wsrelay::config {

struct Spot {
  const Node* node;
  std::string key;  // "instances.ticker.tls.verify" or "defaults.tls.verify"
};

/// Calls `each(index, instance)` for every instance that was read, in the order of the file.
void for_each_instance(const Config& config, const Node& root,
                       const std::function<void(std::size_t index, const Instance&)>& each);

/// Where a setting of an instance stands: in the instance, else in defaults, else the instance
/// itself.
class Whereabouts {
 public:
  /// The instance that is entry number `index` of `instances`.
  Whereabouts(const Node& root, std::size_t index);

  /// `path` as in "tls.verify"; numbers count in lists: "publish.0.topic".
  Spot find(std::string_view path) const;
  /// Whether the instance itself says so: what it inherits it may not need.
  bool says(std::string_view path) const;

 private:
  const Node& name_;
  const Node& own_;
  const Node* defaults_;
};

/// The node that `path` leads to, or null.
const Node* descend(const Node* node, std::string_view path);

/// Says what is wrong at a spot.
struct Say {
  Reading& reading;

  void problem(const Spot& spot, std::string what, std::string hint = {}) const {
    const Reading::At at(reading, spot.key);
    reading.problem(*spot.node, std::move(what), std::move(hint));
  }
  void warning(const Spot& spot, std::string what, std::string hint = {}) const {
    const Reading::At at(reading, spot.key);
    reading.warning(*spot.node, std::move(what), std::move(hint));
  }
};

}  // namespace wsrelay::config
