#include "bridge/roster.hpp"

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
  departing_.insert(instance.id());
  due_.insert(instance.id());
  instance.stop();
}

void Roster::renew(Instance& instance, const config::Instance& settings) {
  instance.apply(settings);
  renewing_.insert(instance.id());
  due_.insert(instance.id());
}

bool Roster::note(const Instance& instance) {
  const route::InstanceId id = instance.id();
  if (instance.status().state == client::State::Failed)
    failed_.insert(id);
  else
    failed_.erase(id);
  if (!departing_.contains(id) && !renewing_.contains(id)) return false;
  due_.insert(id);
  return true;
}

void Roster::retry() {
  for (const route::InstanceId id : failed_) find(id)->retry();
}

std::vector<std::unique_ptr<Instance>> Roster::settle(bool keep_unpublished, std::size_t most) {
  std::vector<std::unique_ptr<Instance>> gone;
  for (; most > 0 && !due_.empty(); --most) {
    const route::InstanceId id = due_.extract(due_.begin()).value();
    const auto at = all_.find(id);
    Instance& instance = *at->second;
    if (renewing_.contains(id) && instance.renewed()) renewing_.erase(id);
    if (!departing_.contains(id) || !instance.stopped()) continue;
    if (keep_unpublished && !instance.publish().lane.empty()) continue;
    departing_.erase(id);
    renewing_.erase(id);
    failed_.erase(id);
    due_.erase(id);
    gone.push_back(std::move(at->second));
    all_.erase(at);
  }
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
