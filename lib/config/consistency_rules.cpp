// Reconnect rules that say nothing: without a condition, with conditions that never hold together,
// or behind a rule that takes all of theirs.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "config/consistency.hpp"

namespace wsrelay::config {
namespace {

using client::CodeRange;
using client::ReconnectRule;

/// A set of phases, one bit each, in the order of kPhases.
using PhaseSet = unsigned;
constexpr std::array<std::string_view, 7> kPhases{"resolving", "connecting", "proxy",  "tls",
                                                  "upgrading", "ready",      "closing"};
constexpr PhaseSet kResolving = 1, kConnecting = 2, kProxy = 4, kUpgrading = 16, kReady = 32,
                   kClosing = 64, kAnywhere = 127;

PhaseSet phases_of(Fault fault) {
  switch (fault) {
    case Fault::Dns:
      return kResolving;
    case Fault::Proxy:
      return kConnecting | kProxy;
    case Fault::Http:
      return kUpgrading;
    case Fault::TooLarge:
    case Fault::PongTimeout:
    case Fault::ServerClose:
      return kReady | kClosing;
    case Fault::WriteTimeout:
      return kUpgrading | kReady | kClosing;
    case Fault::Tcp:
    case Fault::Tls:
    case Fault::Protocol:
    case Fault::Timeout:
    case Fault::Broker:
    case Fault::Local:
      break;
  }
  return kAnywhere;
}

PhaseSet phase_named(const std::string& name) {
  const auto at = std::find(kPhases.begin(), kPhases.end(), name);
  return 1U << (at - kPhases.begin());
}

template <class Items, class Of>
PhaseSet anywhere_or(const Items& items, Of of) {
  if (items.empty()) return kAnywhere;
  PhaseSet all = 0;
  for (const auto& item : items) all |= of(item);
  return all;
}

bool can_apply(const ReconnectRule& rule) {
  PhaseSet phases = anywhere_or(rule.faults, phases_of) & anywhere_or(rule.phases, phase_named);
  if (!rule.close.empty()) phases &= kReady | kClosing;
  if (!rule.http.empty()) phases &= kProxy | kUpgrading;  // who answers in HTTP
  const auto answers = [](Fault fault) { return fault == Fault::Http || fault == Fault::Proxy; };
  const bool by_answer = rule.http.empty() || rule.faults.empty() ||
                         std::any_of(rule.faults.begin(), rule.faults.end(), answers);
  return phases != 0 && by_answer;
}

bool within(const CodeRange& inner, const CodeRange& outer) {
  return outer.first <= inner.first && inner.last <= outer.last;
}
template <class Item>
bool within(const Item& inner, const Item& outer) {
  return inner == outer;
}

/// Whether whatever fulfils `theirs` fulfils `ours`; an empty condition is fulfilled by all.
template <class Item>
bool covers(const std::vector<Item>& ours, const std::vector<Item>& theirs) {
  if (ours.empty()) return true;
  const auto is_covered = [&](const Item& inner) {
    return std::any_of(ours.begin(), ours.end(),
                       [&](const Item& outer) { return within(inner, outer); });
  };
  return !theirs.empty() && std::all_of(theirs.begin(), theirs.end(), is_covered);
}

bool takes_all_of(const ReconnectRule& earlier, const ReconnectRule& later) {
  return covers(earlier.close, later.close) && covers(earlier.http, later.http) &&
         covers(earlier.faults, later.faults) && covers(earlier.phases, later.phases);
}

bool has_condition(const ReconnectRule& rule) {
  return !rule.close.empty() || !rule.http.empty() || !rule.faults.empty() || !rule.phases.empty();
}

/// As written: a condition that could not be read is one all the same.
bool speaks_of_condition(const Node& rule) {
  return std::any_of(rule.children.begin(), rule.children.end(), [](const Node& each) {
    return each.text == "close" || each.text == "http" || each.text == "fault" ||
           each.text == "phase";
  });
}

}  // namespace

void check_reconnect(const client::Reconnect& reconnect, const Whereabouts& where, const Say& say) {
  const std::vector<ReconnectRule>& rules = reconnect.rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const ReconnectRule& rule = rules[i];
    const std::string path = fmt::format("reconnect.rules.{}", i);
    const Spot spot = where.find(path);
    if (rule.delay && rule.action != ReconnectRule::Action::Wait)
      say.problem(where.find(path + ".delay"), "only do: wait has a delay",
                  "remove one of the two");
    if (!has_condition(rule)) {
      if (!speaks_of_condition(*spot.node))
        say.problem(spot, "has no condition, so it never applies",
                    "add close, http, fault or phase");
      continue;
    }
    if (!can_apply(rule)) {
      say.problem(spot, "never applies: no failure fulfils all of its conditions",
                  "write a rule for each");
      continue;
    }
    const auto earlier = std::find_if(
        rules.begin(), rules.begin() + static_cast<long>(i),
        [&](const ReconnectRule& each) { return has_condition(each) && takes_all_of(each, rule); });
    if (earlier != rules.begin() + static_cast<long>(i))
      say.problem(spot,
                  fmt::format("never applies: rules[{}] takes all of it", earlier - rules.begin()),
                  "the first rule that fits decides; put this one before it");
  }
}

}  // namespace wsrelay::config
