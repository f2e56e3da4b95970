#include "controller/runtime/serve/review_desk.hpp"

#include <utility>

namespace toolhive::runtime {

ReviewDesk::ReviewDesk(int threads, std::size_t longest_queue) : longest_queue_(longest_queue) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

ReviewDesk::~ReviewDesk() {
  close();
}

bool ReviewDesk::submit(Review review) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || queue_.size() >= longest_queue_) return false;
    queue_.push_back(std::move(review));
  }
  changed_.notify_one();
  return true;
}

void ReviewDesk::close() {
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

void ReviewDesk::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Review review = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    review(stop_.get_token());
    lock.lock();
  }
}

}  // namespace toolhive::runtime
