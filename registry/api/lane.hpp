#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace toolhive::registry {

// Threads for what takes longer than the others on a network thread should wait: searches,
// comparisons, large bodies. So liveness probes and plain reads are answered whatever else is asked
// for. Thread safe.
class Lane {
 public:
  // At most `waiting` works wait for a thread.
  Lane(unsigned threads, std::size_t waiting);
  // Calls stop().
  ~Lane();

  // Has a thread do the work, in the order of the calls. False, and nothing is done, when too many
  // wait, or after stop(). What the work throws ends with it.
  bool run(std::function<void()> work);

  // Does what waits, and ends the threads. Not from a work. Idempotent.
  void stop();

 private:
  void serve();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace toolhive::registry
