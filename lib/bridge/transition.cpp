#include "bridge/transition.hpp"

#include <algorithm>

namespace wsrelay::bridge {

using Verb = config::InstancePlan::Verb;

Transition::Transition(std::shared_ptr<const config::Config> next, config::Plan plan)
    : next_(std::move(next)), steps_(std::move(plan.instances)) {
  std::stable_partition(steps_.begin(), steps_.end(),
                        [](const auto& step) { return step.verb == Verb::Remove; });
}

bool Transition::advance(Deeds& deeds, std::size_t most) {
  for (; most > 0 && done_ < steps_.size(); --most, ++done_) {
    carry_out(steps_[done_], deeds);
    steps_[done_] = {};  // ten thousand reasons take their time to destroy, too
  }
  return done_ == steps_.size();
}

void Transition::carry_out(const config::InstancePlan& step, Deeds& deeds) const {
  if (step.verb == Verb::Remove) return deeds.leave(step.name);
  const auto found = next_->instances.find(step.name);
  if (found == next_->instances.end()) return;  // a plan for another configuration
  if (step.verb == Verb::Add)
    deeds.join(step.name, found->second);
  else
    deeds.change(step.name, found->second);
}

}  // namespace wsrelay::bridge
