// SimulatedClock: a clock that tests turn by hand.
//
//   SimulatedClock clock;
//   std::thread worker([&] { sleep_for(clock, std::chrono::seconds(5), {}); done = true; });
//   clock.wait_for_waiters(1);               // the worker is asleep
//   clock.advance(std::chrono::seconds(5));  // wakes it
#pragma once

#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

#include "controller/base/clock.hpp"

namespace toolhive::testing {

// Thread-safe. Time stands still except in advance(). It must outlive every wait on it.
class SimulatedClock final : public Clock {
 public:
  SimulatedClock() : SimulatedClock(WallTime(std::chrono::seconds(1'700'000'000))) {}
  explicit SimulatedClock(WallTime wall);

  TimePoint now() const override;
  WallTime wall() const override;
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                  TimePoint deadline) override;

  // Moves both times forward and wakes the waits whose deadline is reached. Must not be called with
  // a mutex held that a waiter needs to return.
  void advance(Duration by);
  // Moves the wall clock alone, in either direction, as an administrator or NTP does.
  void set_wall(WallTime wall);

  // Blocks, in real time, until at least `count` threads wait on this clock: those that an
  // advance() woke no longer count, those that a notification woke count until they have run.
  void wait_for_waiters(std::size_t count) const;
  std::size_t waiters() const;
  // The earliest deadline that a thread waits for, or TimePoint::max().
  TimePoint next_deadline() const;

 private:
  struct Waiter {
    TimePoint deadline;
    std::mutex* mutex;
    std::condition_variable* cv;
    bool woken = false;
  };
  std::size_t waiting_locked() const;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  TimePoint now_;
  WallTime wall_;
  std::list<Waiter> waiters_;
};

}  // namespace toolhive::testing
