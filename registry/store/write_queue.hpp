#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "registry/store/plan.hpp"

namespace toolhive::registry {

// Writes on their way to the one thread that carries them out. Bounded; thread safe.
class WriteQueue {
 public:
  // `woken` is called after each push() and stop(), on the caller's thread, for a consumer that
  // waits for more than this queue.
  explicit WriteQueue(std::size_t limit, std::function<void()> woken = nullptr);

  // Answers `done` with Unavailable when the queue is full or stopped.
  void push(Write write, Store::Done done);

  // What waits, up to as many as one group takes; nothing when nothing does.
  std::vector<PendingWrite> take();
  // Waits until there is something. Empty only after stop(), once all has been taken.
  std::vector<PendingWrite> wait_and_take();

  // From here on nothing is taken in. What waits can still be taken.
  void stop();
  bool stopped() const;

 private:
  std::vector<PendingWrite> take_locked();

  const std::size_t limit_;
  const std::function<void()> woken_;
  mutable std::mutex mutex_;  // For the members below.
  std::condition_variable changed_;
  std::deque<PendingWrite> waiting_;
  bool stopped_ = false;
};

}  // namespace toolhive::registry
