#include "client/start_rate.hpp"

#include <algorithm>
#include <iterator>

namespace wsrelay::client {
namespace {

// Rounded up: n + 1 starts must not fit into one second.
Duration spacing_of(std::size_t per_second) {
  const auto n = static_cast<Duration::rep>(per_second);
  return Duration((Duration(std::chrono::seconds(1)).count() + n - 1) / n);
}

}  // namespace

Instant StartRate::book(const std::string& host, Instant now) {
  forget(now);
  Instant start = now;
  if (settings_.per_host_per_second > 0) start = std::max(start, hosts_[host]);
  if (settings_.per_second > 0) start = place(start, spacing_of(settings_.per_second));
  if (settings_.per_host_per_second > 0)
    hosts_[host] = after(start, spacing_of(settings_.per_host_per_second));
  return start;
}

// The first moment from `earliest` on with no other start nearer than `spacing`.
Instant StartRate::place(Instant earliest, Duration spacing) {
  Instant start = earliest;
  auto next = runs_.upper_bound(start);
  if (next != runs_.begin()) start = std::max(start, after(std::prev(next)->second, spacing));
  while (next != runs_.end() && next->first < after(start, spacing)) {
    start = std::max(start, after(next->second, spacing));
    ++next;
  }
  // Where nothing fits in between any more, two runs become one: so there are few of them.
  const auto closes_up = [&](Instant from, Instant to) {
    return to < after(after(from, spacing), spacing);
  };
  auto here = runs_.emplace_hint(next, start, start);
  if (next != runs_.end() && closes_up(start, next->first)) {
    here->second = next->second;
    runs_.erase(next);
  }
  if (here != runs_.begin() && closes_up(std::prev(here)->second, start)) {
    const auto before = std::prev(here);
    before->second = here->second;
    runs_.erase(here);
  }
  return start;
}

void StartRate::forget(Instant now) {
  // A start in the past matters for one spacing, which is a second at most.
  while (!runs_.empty() && after(runs_.begin()->second, std::chrono::seconds(1)) < now)
    runs_.erase(runs_.begin());
  if (hosts_.size() < forget_at_) return;
  std::erase_if(hosts_, [&](const auto& each) { return each.second <= now; });
  forget_at_ = std::max<std::size_t>(64, 2 * hosts_.size());
}

}  // namespace wsrelay::client
