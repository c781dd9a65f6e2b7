#include "config/print_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/grouped.hpp"

namespace wsrelay::config {
namespace {

using Verb = InstancePlan::Verb;

/// The keys of those differences that a reload treats like this.
std::vector<std::string> keys_of(const std::vector<Difference>& all, Reload reload) {
  std::vector<std::string> keys;
  for (const Difference& each : all)
    if (each.reload == reload) keys.push_back(each.key);
  return keys;
}

std::string joined(const std::vector<std::string>& keys) {
  return fmt::format("{}", fmt::join(keys, ", "));
}

// ---- the daemon

std::string print_daemon(const std::vector<Difference>& daemon) {
  std::string text;
  if (const auto keys = keys_of(daemon, Reload::Live); !keys.empty())
    text += fmt::format("The daemon changes live: {}.\n", joined(keys));
  if (const auto keys = keys_of(daemon, Reload::Reconnect); !keys.empty())
    text += fmt::format(
        "The connection to the broker is made anew: {}. The WebSocket connections stay.\n",
        joined(keys));
  if (const auto keys = keys_of(daemon, Reload::Restart); !keys.empty())
    text += fmt::format("RESTART NEEDED: {}. Until then the old {} in force.\n", joined(keys),
                        keys.size() == 1 ? "value stays" : "values stay");
  return text;
}

// ---- the instances

char sign_of(Verb verb) {
  switch (verb) {
    case Verb::Add:
      return '+';
    case Verb::Remove:
      return '-';
    case Verb::Live:
      return '~';
    case Verb::Reconnect:
      return '!';
    case Verb::Enable:
      return '>';
    case Verb::Disable:
      break;
  }
  return '<';
}

std::string also(const std::vector<std::string>& keys) {
  return keys.empty() ? std::string() : fmt::format("; also changes: {}", joined(keys));
}

/// What changes besides: all but what the verb says already.
std::string besides_enabled(const std::vector<Difference>& why) {
  std::vector<std::string> keys;
  for (const Difference& each : why)
    if (each.key != "enabled") keys.push_back(each.key);
  return also(keys);
}

std::string print_reconnect(const std::vector<Difference>& why) {
  std::vector<std::string> others;
  for (const Difference& each : why)
    if (each.reload != Reload::Reconnect) others.push_back(each.key);
  return fmt::format("reconnects: {}{}", joined(keys_of(why, Reload::Reconnect)), also(others));
}

std::string deed_of(const InstancePlan& instance) {
  switch (instance.verb) {
    case Verb::Add:
      return "is added";
    case Verb::Remove:
      return "is removed: closes (1001), and its retained topics are cleared";
    case Verb::Reconnect:
      return print_reconnect(instance.why);
    case Verb::Enable:
      return "is enabled and connects" + besides_enabled(instance.why);
    case Verb::Disable:
      return "is disabled and closes (1001)" + besides_enabled(instance.why);
    case Verb::Live:
      break;
  }
  std::vector<std::string> keys;
  for (const Difference& each : instance.why) keys.push_back(each.key);
  return fmt::format("changes live: {}", joined(keys));
}

std::string print_instances(const std::vector<InstancePlan>& instances) {
  std::size_t width = 0;
  for (const InstancePlan& each : instances) width = std::max(width, each.name.size());
  std::string text;
  for (const InstancePlan& each : instances)
    text += fmt::format("{} {:{}}  {}\n", sign_of(each.verb), each.name, width, deed_of(each));
  return text;
}

// ---- the sum

std::string print_sum(const Plan& plan) {
  constexpr std::array<std::pair<Verb, std::string_view>, 6> kCounted{
      {{Verb::Add, "added"},
       {Verb::Remove, "removed"},
       {Verb::Live, "changed live"},
       {Verb::Reconnect, "reconnected"},
       {Verb::Enable, "enabled"},
       {Verb::Disable, "disabled"}}};
  std::vector<std::string> parts;
  for (const auto& [verb, word] : kCounted) {
    const Verb wanted = verb;
    const auto count =
        std::count_if(plan.instances.begin(), plan.instances.end(),
                      [wanted](const InstancePlan& each) { return each.verb == wanted; });
    if (count > 0)
      parts.push_back(fmt::format("{} {}", grouped(static_cast<std::size_t>(count)), word));
  }
  parts.push_back(fmt::format("{} untouched", grouped(plan.untouched)));
  return fmt::format("Instances: {}\n", joined(parts));
}

}  // namespace

std::string print(const Plan& plan) {
  if (plan.nothing()) return "Nothing would change.\n" + print_sum(plan);
  return print_daemon(plan.daemon) + print_instances(plan.instances) + print_sum(plan);
}

}  // namespace wsrelay::config
