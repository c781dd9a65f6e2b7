// All instances by number and by name, and who is on the way out. An instance that the
// configuration no longer names stays until its client has closed and its last messages are with
// the broker. Knows neither broker nor routes; its owner takes care of those.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
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
  /// Its client's state changed, or its publish lane ran empty. True: settle() has something to do.
  bool note(const Instance& instance);
  /// Replaces clients that have stopped and returns the instances that may go; looks at no more
  /// than `most`. Not for listener calls.
  std::vector<std::unique_ptr<Instance>> settle(bool keep_unpublished, std::size_t most);
  bool has_due() const { return !due_.empty(); }
  /// The end of the process: nobody's messages are waited for any more.
  void hurry() { due_ = departing_; }
  /// Those that had given up begin anew.
  void retry();

  Instance* find(route::InstanceId id) const;
  Instance* find(std::string_view name) const;
  std::vector<std::string> names() const;
  std::size_t size() const { return all_.size(); }
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
  std::set<route::InstanceId> departing_;
  std::set<route::InstanceId> renewing_;
  std::set<route::InstanceId> due_;     // of these, the ones that may have come to their end
  std::set<route::InstanceId> failed_;  // make no attempt by themselves
  route::InstanceId next_id_ = 1;
};

}  // namespace wsrelay::bridge
