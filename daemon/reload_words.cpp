#include "daemon/reload_words.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace wsrelay::daemon {
namespace {

using Verb = config::InstancePlan::Verb;

constexpr std::array<std::pair<Verb, std::string_view>, 6> kVerbs{{
    {Verb::Add, "added"},
    {Verb::Remove, "removed"},
    {Verb::Live, "changed live"},
    {Verb::Reconnect, "reconnecting"},
    {Verb::Enable, "switched on"},
    {Verb::Disable, "switched off"},
}};

bool reconnects_broker(const config::Plan& plan) {
  return std::any_of(plan.daemon.begin(), plan.daemon.end(), [](const config::Difference& each) {
    return each.reload == config::Reload::Reconnect;
  });
}

}  // namespace

std::string words_for(const config::Plan& plan) {
  if (plan.nothing()) return "nothing changed";
  std::string words;
  for (const auto& [verb, word] : kVerbs) {
    const auto count =
        std::count_if(plan.instances.begin(), plan.instances.end(),
                      [wanted = verb](const auto& each) { return each.verb == wanted; });
    if (count > 0) words += fmt::format("{} {}, ", count, word);
  }
  words += fmt::format("{} untouched", plan.untouched);
  if (reconnects_broker(plan)) words += "; the broker's connection is made anew";
  return words;
}

std::string waiting_keys(const config::Plan& plan) {
  std::set<std::string> keys;
  const auto gather = [&](const std::vector<config::Difference>& differences) {
    for (const config::Difference& each : differences)
      if (each.reload == config::Reload::Restart) keys.insert(each.key);
  };
  gather(plan.daemon);
  for (const config::InstancePlan& each : plan.instances) gather(each.why);
  return fmt::format("{}", fmt::join(keys, " and "));
}

}  // namespace wsrelay::daemon
