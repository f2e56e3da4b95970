// Clock: the one source of time for queues, backoff, leases and conditions, so that tests can turn
// it by hand.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace toolhive {

using Duration = std::chrono::nanoseconds;

// Time since an arbitrary start that also counts while the machine sleeps (CLOCK_BOOTTIME): a lease
// must not outlive a suspended laptop.
struct Boottime {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<Boottime>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): std::chrono's
};
using TimePoint = Boottime::time_point;
using WallTime = std::chrono::system_clock::time_point;

// Thread-safe. An implementation may be shared by all threads of the process.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  // For timestamps that people and other processes read; never for measuring.
  virtual WallTime wall() const = 0;
  // Returns when `cv` is notified, when `deadline` is reached, or for no reason: callers re-check
  // in a loop. `lock` is held on `cv`'s mutex, as with std::condition_variable.
  virtual void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                          TimePoint deadline) = 0;
};

// The machine's clock; lives as long as the process.
Clock& system_clock();

// Sleeps until `deadline`, or until `stop` is requested. Returns false when it was stopped.
bool sleep_until(Clock& clock, TimePoint deadline, std::stop_token stop);
bool sleep_for(Clock& clock, Duration duration, std::stop_token stop);

}  // namespace toolhive
