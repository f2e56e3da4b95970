// TaskGroup: threads that are waited for together, with a bound.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "controller/base/clock.hpp"

namespace toolhive {

// Thread-safe. Tasks must not throw.
class TaskGroup {
 public:
  explicit TaskGroup(Clock& clock) : clock_(clock) {}
  ~TaskGroup();  // joins
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  void start(const std::string& name, std::function<void()> task);
  // Blocks until every task has returned, or `deadline`. Returns the names of those that have not.
  std::vector<std::string> wait(TimePoint deadline);

 private:
  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::multiset<std::string> running_;  // guarded by mutex_
  std::vector<std::thread> threads_;    // guarded by mutex_
};

}  // namespace toolhive
