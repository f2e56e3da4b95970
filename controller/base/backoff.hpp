// Backoff: how long to wait before trying again.
#pragma once

#include <cstdint>
#include <random>

#include "controller/base/clock.hpp"

namespace toolhive {

// Not thread-safe.
class Backoff {
 public:
  struct Options {
    Duration base = std::chrono::milliseconds(800);
    Duration max = std::chrono::seconds(30);
    // Without a failure for this long, the next one starts from `base` again.
    Duration reset_after = std::chrono::minutes(2);
  };
  // Equal seeds give equal jitter; 0 takes one from the machine.
  Backoff(Clock& clock, Options options, std::uint64_t seed);

  // To be called once per failure: base doubling to max, of which a random half is taken off, so
  // that many clients of one server do not come back at once.
  Duration next();
  // Uniform in [low, high].
  Duration between(Duration low, Duration high);

 private:
  Clock& clock_;
  const Options options_;
  std::mt19937_64 random_;
  Duration step_;
  TimePoint last_failure_ = TimePoint::min();
};

}  // namespace toolhive
