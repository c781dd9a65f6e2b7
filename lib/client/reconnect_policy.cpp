#include "client/reconnect_policy.hpp"

#include <algorithm>

namespace wsrelay::client {
namespace {

using Action = ReconnectRule::Action;

constexpr Duration kRestartRest = std::chrono::seconds(5);
constexpr Duration kLongest = std::chrono::hours(24 * 3660);  // far below any overflow

Duration draw(Duration most, Random& random) {
  return Duration(
      static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

// ±10 %: those who were told the same do not return in the same instant.
Duration jittered(Duration span, Random& random) {
  const Duration bounded = std::clamp(span, Duration::zero(), kLongest);
  return bounded - bounded / 10 + draw(bounded / 5, random);
}

bool holds(const std::vector<CodeRange>& ranges, int code) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

template <class Item>
bool holds(const std::vector<Item>& items, const Item& item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool applies(const ReconnectRule& rule, const Ending& ending) {
  const Error& error = ending.error;
  if (rule.close.empty() && rule.http.empty() && rule.faults.empty() && rule.phases.empty())
    return false;
  return (rule.close.empty() || (ending.close && holds(rule.close, *ending.close))) &&
         (rule.http.empty() || holds(rule.http, error.http_status)) &&
         (rule.faults.empty() || holds(rule.faults, error.fault)) &&
         (rule.phases.empty() || holds(rule.phases, error.phase));
}

// Tried again, it would very likely end the same way: the settings are wrong, or we are not wanted.
bool is_hopeless(const Ending& ending) {
  switch (ending.error.http_status) {
    case 401:
    case 403:
    case 404:
    case 407:
    case 410:
      return true;
    default:
      break;
  }
  const bool untrusted = ending.error.fault == Fault::Tls && ending.error.tls_verify != 0;
  return untrusted || ending.close == 1008;
}

Duration rest_after(const Ending& ending, const Reconnect& reconnect, Duration usual,
                    Random& random) {
  const int status = ending.error.http_status;
  if (ending.retry_after && (status == 429 || status == 503)) {
    const Duration asked = std::min(*ending.retry_after, reconnect.max_retry_after);
    return std::max(usual, jittered(asked, random));
  }
  if (is_hopeless(ending)) return jittered(reconnect.delay.max, random);
  if (ending.close == 1012 || ending.close == 1013)
    return std::max(usual, kRestartRest + draw(kRestartRest, random));
  return usual;
}

Decision by_rule(const ReconnectRule& rule, const Ending& ending, const Reconnect& reconnect,
                 Duration usual, Random& random) {
  switch (rule.action) {
    case Action::Fail:
      return {.action = Action::Fail};
    case Action::Wait:
      if (rule.delay) return {.delay = jittered(*rule.delay, random)};
      break;
    case Action::Refresh:
      if (!ending.refreshed || ending.ready_for >= reconnect.delay.stable_after)
        return {.action = Action::Refresh};
      break;
  }
  return {.action = rule.action, .delay = rest_after(ending, reconnect, usual, random)};
}

}  // namespace

Decision decide(const Ending& ending, const Reconnect& reconnect, Duration usual, Random& random) {
  for (const ReconnectRule& rule : reconnect.rules)
    if (applies(rule, ending)) return by_rule(rule, ending, reconnect, usual, random);
  if (!reconnect.enabled || (ending.clean && !reconnect.on_clean_close))
    return {.action = Action::Fail};
  return {.delay = rest_after(ending, reconnect, usual, random)};
}

}  // namespace wsrelay::client
