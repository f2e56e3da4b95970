#include "registry/api/lane.hpp"

#include <exception>
#include <utility>

#include "controller/base/log.hpp"

namespace toolhive::registry {

Lane::Lane(unsigned threads, std::size_t waiting) : most_waiting_(waiting) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

Lane::~Lane() {
  stop();
}

bool Lane::run(std::function<void()> work) {
  {
    std::lock_guard guard(mutex_);
    if (stopped_ || waiting_.size() >= most_waiting_) return false;
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

void Lane::stop() {
  {
    std::lock_guard guard(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

void Lane::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      work();
    } catch (const std::exception& cause) {
      // As on a network thread: the request it holds is let go of, and answered 500.
      log(LogLevel::Error, "a request failed", {{"error", cause.what()}});
    }
    work = nullptr;
    lock.lock();
  }
}

}  // namespace toolhive::registry
