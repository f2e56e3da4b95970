#include "controller/base/clock.hpp"

#include <ctime>

#include <algorithm>

namespace toolhive {

namespace {

// A condition variable counts no time while the machine sleeps, unlike the clock: no wait is longer
// than this, so that a deadline which passed during a suspend is noticed soon after it.
constexpr Duration kLongestWait = std::chrono::seconds(30);

class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return TimePoint(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
  }

  WallTime wall() const override { return std::chrono::system_clock::now(); }

  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                  TimePoint deadline) override {
    const TimePoint start = now();
    if (deadline <= start) return;
    cv.wait_for(lock, std::min(deadline - start, kLongestWait));
  }
};

}  // namespace

Clock& system_clock() {
  // Never destroyed: threads may still wait on it while the process exits.
  static Clock& clock = *new SystemClock;
  return clock;
}

bool sleep_until(Clock& clock, TimePoint deadline, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable cv;
  std::stop_callback wake(stop, [&] {
    // Taken so that the request cannot fall between the sleeper's check and its wait.
    const std::lock_guard lock(mutex);
    cv.notify_all();
  });
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    if (clock.now() >= deadline) return true;
    clock.wait_until(lock, cv, deadline);
  }
  return false;
}

bool sleep_for(Clock& clock, Duration duration, std::stop_token stop) {
  const TimePoint now = clock.now();
  const TimePoint deadline = duration > TimePoint::max() - now ? TimePoint::max() : now + duration;
  return sleep_until(clock, deadline, std::move(stop));
}

}  // namespace toolhive
