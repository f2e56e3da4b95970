#include "controller/base/task_group.hpp"

#include <utility>

namespace toolhive {

TaskGroup::~TaskGroup() {
  for (std::thread& thread : threads_) thread.join();
}

void TaskGroup::start(const std::string& name, std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  running_.insert(name);
  threads_.emplace_back([this, name, task = std::move(task)] {
    task();
    const std::lock_guard done(mutex_);
    running_.erase(running_.find(name));
    returned_.notify_all();
  });
}

std::vector<std::string> TaskGroup::wait(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  while (!running_.empty() && clock_.now() < deadline) clock_.wait_until(lock, returned_, deadline);
  return {running_.begin(), running_.end()};
}

}  // namespace toolhive
