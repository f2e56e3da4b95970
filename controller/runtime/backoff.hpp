// Backoff: how long to wait before trying again.
#pragma once

#include <cstdint>
#include <random>

#include "controller/kube/clock.hpp"

namespace runtime {

// Not thread-safe.
class Backoff {
 public:
  struct Options {
    kube::Duration base = std::chrono::milliseconds(800);
    kube::Duration max = std::chrono::seconds(30);
    // Without a failure for this long, the next one starts from `base` again.
    kube::Duration reset_after = std::chrono::minutes(2);
  };
  // Equal seeds give equal jitter; 0 takes one from the machine.
  Backoff(kube::Clock& clock, Options options, std::uint64_t seed);

  // To be called once per failure: base doubling to max, of which a random half is taken off, so that many
  // clients of one server do not come back at once.
  kube::Duration next();
  // Uniform in [low, high].
  kube::Duration between(kube::Duration low, kube::Duration high);

 private:
  kube::Clock& clock_;
  const Options options_;
  std::mt19937_64 random_;
  kube::Duration step_;
  kube::TimePoint last_failure_ = kube::TimePoint::min();
};

}  // namespace runtime
