#include "bridge/roster.hpp"

#include <algorithm>

namespace wsrelay::bridge {

Instance& Roster::join(const std::string& name, const config::Instance& settings) {
  const route::InstanceId id = next_id_++;
  names_[name] = id;
  auto& instance = all_[id];
  instance = std::make_unique<Instance>(id, name, settings, services_, host_);
  return *instance;
}

void Roster::leave(Instance& instance) {
  names_.erase(instance.name());
  departing_.push_back(instance.id());
  instance.stop();
}

void Roster::renew(Instance& instance, const config::Instance& settings) {
  instance.apply(settings);
  renewing_.push_back(instance.id());
}

std::vector<std::unique_ptr<Instance>> Roster::settle(bool keep_unpublished) {
  std::erase_if(renewing_, [&](route::InstanceId id) {
    Instance* instance = find(id);
    return instance == nullptr || instance->renewed();
  });
  std::vector<std::unique_ptr<Instance>> gone;
  std::erase_if(departing_, [&](route::InstanceId id) {
    const auto at = all_.find(id);
    const Instance& instance = *at->second;
    if (!instance.stopped() || (keep_unpublished && !instance.publish().lane.empty())) return false;
    gone.push_back(std::move(at->second));
    all_.erase(at);
    return true;
  });
  return gone;
}

Instance* Roster::find(route::InstanceId id) const {
  const auto at = all_.find(id);
  return at == all_.end() ? nullptr : at->second.get();
}

Instance* Roster::find(std::string_view name) const {
  const auto at = names_.find(name);
  return at == names_.end() ? nullptr : find(at->second);
}

std::vector<std::string> Roster::names() const {
  std::vector<std::string> names;
  for (const auto& entry : names_) names.push_back(entry.first);
  return names;
}

Instance* Roster::next_after(route::InstanceId id) const {
  if (all_.empty()) return nullptr;
  const auto at = all_.upper_bound(id);
  return (at == all_.end() ? all_.begin() : at)->second.get();
}

}  // namespace wsrelay::bridge
