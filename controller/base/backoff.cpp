#include "controller/base/backoff.hpp"

#include <algorithm>

namespace toolhive {

Backoff::Backoff(Clock& clock, Options options, std::uint64_t seed)
    : clock_(clock),
      options_(options),
      random_(seed != 0 ? seed : std::random_device{}()),
      step_(options.base) {}

Duration Backoff::next() {
  const TimePoint now = clock_.now();
  if (last_failure_ != TimePoint::min() && now - last_failure_ - step_ > options_.reset_after)
    step_ = options_.base;
  last_failure_ = now;
  const Duration wait = between(step_ / 2, step_);
  step_ = std::min(step_ * 2, options_.max);
  return wait;
}

Duration Backoff::between(Duration low, Duration high) {
  return Duration(std::uniform_int_distribution<Duration::rep>(low.count(), high.count())(random_));
}

}  // namespace toolhive
