// All instances by number and by name, and who is on the way out. An instance that the
// configuration no longer names stays until its client has closed and its last messages are with
// the broker. Knows neither broker nor routes; its owner takes care of those.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/instance.hpp"

namespace wsrelay::bridge {

class Roster {
 public:
  Roster(client::Services services, Instance::Host& host) : services_(services), host_(host) {}

  Instance& join(const std::string& name, const config::Instance& settings);
  /// Its name is free at once; it stops and goes when it is done.
  void leave(Instance& instance);
  /// The settings changed: the client may have to be replaced, now or when it has stopped.
  void renew(Instance& instance, const config::Instance& settings);
  /// Replaces clients that have stopped and returns the instances that may go. Not for listener
  /// calls.
  std::vector<std::unique_ptr<Instance>> settle(bool keep_unpublished);

  Instance* find(route::InstanceId id) const;
  Instance* find(std::string_view name) const;
  std::vector<std::string> names() const;
  std::size_t size() const { return all_.size(); }
  bool unsettled() const { return !departing_.empty() || !renewing_.empty(); }
  /// The one after `id`, round and round; null only if there is none at all.
  Instance* next_after(route::InstanceId id) const;
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& entry : all_) visit(*entry.second);
  }
  template <class Condition>
  bool all(Condition condition) const {
    for (const auto& entry : all_)
      if (!condition(*entry.second)) return false;
    return true;
  }

 private:
  client::Services services_;
  Instance::Host& host_;
  std::map<route::InstanceId, std::unique_ptr<Instance>> all_;
  std::map<std::string, route::InstanceId, std::less<>> names_;
  std::vector<route::InstanceId> departing_;
  std::vector<route::InstanceId> renewing_;
  route::InstanceId next_id_ = 1;
};

}  // namespace wsrelay::bridge
