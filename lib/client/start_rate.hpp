// How often attempts may start: over all clients that share it, and towards one host. A storm of
// thousands that fell together is spread evenly, and no server is knocked at by all at once.
// Values: time in, moments out. A start that has to wait books its place: the order of asking is
// kept for each host, and whoever waits for a busy host holds up nobody on the way to another.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/time.hpp"

namespace wsrelay::client {

class StartRate {
 public:
  struct Settings {
    std::size_t per_second = 200;          // over all; 0: no limit
    std::size_t per_host_per_second = 50;  // to one host and port; 0: no limit

    friend bool operator==(const Settings&, const Settings&) = default;
  };

  explicit StartRate(Settings settings) : settings_(settings) {}

  /// When the attempt asked for now may start: `now`, or the moment that was booked for it.
  Instant book(const std::string& host, Instant now);
  /// Counts for what is booked from now on.
  void set(Settings settings) { settings_ = settings; }

  std::size_t hosts() const { return hosts_.size(); }

 private:
  Instant place(Instant earliest, Duration spacing);
  void forget(Instant now);

  Settings settings_;
  std::map<Instant, Instant> runs_;       // first → last of starts with no room between them
  std::map<std::string, Instant> hosts_;  // the next start that may be booked
  std::size_t forget_at_ = 64;            // hosts; then those in the past are forgotten
};

}  // namespace wsrelay::client
