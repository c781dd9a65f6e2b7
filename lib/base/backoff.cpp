#include "base/backoff.hpp"

#include <algorithm>

namespace wsrelay {

Duration Backoff::next(Random& random) {
  return draw(failures_++, random);
}

Duration Backoff::again(Random& random) const {
  return draw(failures_ == 0 ? 0 : failures_ - 1, random);
}

Duration Backoff::draw(unsigned doublings, Random& random) const {
  Duration span = std::min(delay_.first, delay_.max);
  for (unsigned i = 0; i < doublings && span < delay_.max; ++i)
    span = span > delay_.max / 2 ? delay_.max : span * 2;
  return Duration(
      static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(span.count()) + 1)));
}

void Backoff::succeeded_for(Duration age) {
  if (age >= delay_.stable_after) failures_ = 0;
}

}  // namespace wsrelay
