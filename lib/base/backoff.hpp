// How long to rest before the next attempt: doubling from `first` up to `max`, then drawn at
// random from the whole span (full jitter), so that many that fell together return apart.
// A value: no timer inside. Jitter comes after the cap; before it, a fleet at the cap would march
// in step.
#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

namespace wsrelay {

struct Delay {
  Duration first = std::chrono::seconds(1);
  Duration max = std::chrono::seconds(60);
  Duration stable_after =
      std::chrono::seconds(30);  // only a connection this old resets the doubling

  friend bool operator==(const Delay&, const Delay&) = default;
};

class Backoff {
 public:
  explicit Backoff(Delay delay) : delay_(delay) {}

  /// The next rest, in [0, min(max, first · 2^failures)]; counts one failure.
  Duration next(Random& random);
  /// The rest under way, drawn anew: set() may have changed its span. Counts nothing.
  Duration again(Random& random) const;
  /// The connection lived for `age`: forget the failures if that was long enough.
  void succeeded_for(Duration age);
  void set(Delay delay) { delay_ = delay; }
  unsigned failures() const { return failures_; }

 private:
  Duration draw(unsigned doublings, Random& random) const;

  Delay delay_;
  unsigned failures_ = 0;
};

}  // namespace wsrelay
