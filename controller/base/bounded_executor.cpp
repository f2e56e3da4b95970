#include "controller/base/bounded_executor.hpp"

#include <exception>
#include <utility>

#include "controller/base/log.hpp"

namespace toolhive {

namespace {

void run_logged(const BoundedExecutor::Task& task, const std::stop_token& stop) {
  try {
    task(stop);
  } catch (const std::exception& cause) {
    log(LogLevel::Error, "a task failed", {{"error", cause.what()}});
  } catch (...) {
    log(LogLevel::Error, "a task failed", {{"error", "an exception of no known type"}});
  }
}

}  // namespace

BoundedExecutor::BoundedExecutor(unsigned threads, std::size_t longest_queue)
    : longest_queue_(longest_queue) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

BoundedExecutor::~BoundedExecutor() {
  close();
}

bool BoundedExecutor::submit(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || queue_.size() >= longest_queue_) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void BoundedExecutor::close() {
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    threads.swap(threads_);
  }
  stop_.request_stop();
  changed_.notify_all();
  for (std::thread& thread : threads) thread.join();
}

void BoundedExecutor::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    run_logged(task, stop_.get_token());
    task = nullptr;  // what it holds goes before the next one, and not under the lock
    lock.lock();
  }
}

}  // namespace toolhive
