#include "config/plan.hpp"

#include <algorithm>

#include "config/fields.hpp"

namespace wsrelay::config {
namespace {

using Verb = InstancePlan::Verb;

Verb verb_for(const Instance& before, const Instance& after, const std::vector<Difference>& why) {
  if (before.enabled != after.enabled) return after.enabled ? Verb::Enable : Verb::Disable;
  const bool anew = std::any_of(why.begin(), why.end(), [](const Difference& each) {
    return each.reload == Reload::Reconnect;
  });
  // Whoever is not connected has no connection to make anew.
  return anew && after.enabled ? Verb::Reconnect : Verb::Live;
}

void compare(const std::string& name, const Instance& before, const Instance& after, Plan& plan) {
  // Most of ten thousand are equal: that is found out without a walk along the table.
  if (before == after) {
    ++plan.untouched;
    return;
  }
  Comparison comparison;
  instance().compare(before, after, comparison);
  std::vector<Difference> why = comparison.take();
  const Verb verb = verb_for(before, after, why);
  plan.instances.push_back({name, verb, std::move(why)});
}

}  // namespace

Plan plan(const Config& before, const Config& after) {
  Plan plan;
  Comparison comparison;
  configuration().compare(before, after, comparison);
  plan.daemon = comparison.take();
  // Two sorted maps, side by side.
  auto old = before.instances.begin();
  auto now = after.instances.begin();
  while (old != before.instances.end() || now != after.instances.end()) {
    const bool removed =
        now == after.instances.end() || (old != before.instances.end() && old->first < now->first);
    const bool added = !removed && (old == before.instances.end() || now->first < old->first);
    if (removed) {
      plan.instances.push_back({old->first, Verb::Remove});
      ++old;
    } else if (added) {
      plan.instances.push_back({now->first, Verb::Add});
      ++now;
    } else {
      compare(now->first, old->second, now->second, plan);
      ++old;
      ++now;
    }
  }
  return plan;
}

}  // namespace wsrelay::config
