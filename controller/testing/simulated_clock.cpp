#include "controller/testing/simulated_clock.hpp"

#include <algorithm>
#include <thread>

namespace toolhive::testing {

SimulatedClock::SimulatedClock(WallTime wall) : now_(std::chrono::hours(1)), wall_(wall) {}

TimePoint SimulatedClock::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

WallTime SimulatedClock::wall() const {
  const std::lock_guard lock(mutex_);
  return wall_;
}

void SimulatedClock::wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                                TimePoint deadline) {
  std::list<Waiter>::iterator self;
  {
    const std::lock_guard own(mutex_);
    if (deadline <= now_) return;
    self = waiters_.insert(waiters_.end(), Waiter{deadline, lock.mutex(), &cv});
    changed_.notify_all();
  }
  cv.wait(lock);
  const std::lock_guard own(mutex_);
  waiters_.erase(self);
}

void SimulatedClock::advance(Duration by) {
  std::unique_lock own(mutex_);
  now_ += by;
  wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  for (;;) {
    const auto due = std::find_if(waiters_.begin(), waiters_.end(),
                                  [&](const Waiter& w) { return !w.woken && w.deadline <= now_; });
    if (due == waiters_.end()) return;
    // A waiter holds its mutex from registering until it is inside cv.wait(): once the mutex can be
    // taken, the notification cannot be lost. Waiters take their mutex before ours, so here it may
    // only be tried.
    if (due->mutex->try_lock()) {
      due->woken = true;
      due->cv->notify_all();
      due->mutex->unlock();
    } else {
      own.unlock();
      std::this_thread::yield();
      own.lock();
    }
  }
}

void SimulatedClock::set_wall(WallTime wall) {
  const std::lock_guard lock(mutex_);
  wall_ = wall;
}

std::size_t SimulatedClock::waiting_locked() const {
  return static_cast<std::size_t>(
      std::count_if(waiters_.begin(), waiters_.end(), [](const Waiter& w) { return !w.woken; }));
}

void SimulatedClock::wait_for_waiters(std::size_t count) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_locked() >= count; });
}

std::size_t SimulatedClock::waiters() const {
  const std::lock_guard lock(mutex_);
  return waiting_locked();
}

TimePoint SimulatedClock::next_deadline() const {
  const std::lock_guard lock(mutex_);
  TimePoint earliest = TimePoint::max();
  for (const Waiter& waiter : waiters_) {
    if (!waiter.woken) earliest = std::min(earliest, waiter.deadline);
  }
  return earliest;
}

}  // namespace toolhive::testing
