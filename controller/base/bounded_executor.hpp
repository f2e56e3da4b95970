// BoundedExecutor: a few threads and a bounded queue, for work that those of a server must not wait
// for.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace toolhive {

// Thread-safe.
class BoundedExecutor {
 public:
  // Given a token that fires at the end: whatever waits must give up then. What a task throws ends
  // that task, and is logged.
  using Task = std::function<void(const std::stop_token& stop)>;

  BoundedExecutor(unsigned threads, std::size_t longest_queue);
  ~BoundedExecutor();  // as close()
  BoundedExecutor(const BoundedExecutor&) = delete;
  BoundedExecutor& operator=(const BoundedExecutor&) = delete;

  // Has a thread run the task, in the order of the calls. False, and nothing is run, when too many
  // wait, or after close(): the caller should try again later, or say so.
  [[nodiscard]] bool submit(Task task);
  // Fires the token, and waits until every task that was taken has run. Not from a task.
  // Idempotent.
  void close();

 private:
  void work();

  const std::size_t longest_queue_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;  // guarded by mutex_
  bool closed_ = false;     // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace toolhive
