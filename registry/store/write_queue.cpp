#include "registry/store/write_queue.hpp"

#include <algorithm>
#include <iterator>

namespace toolhive::registry {
namespace {

// A bound on how long the first of a group waits for the last.
constexpr std::size_t kGroup = 512;

}  // namespace

WriteQueue::WriteQueue(std::size_t limit, std::function<void()> woken)
    : limit_(limit), woken_(std::move(woken)) {}

void WriteQueue::push(Write write, Store::Done done) {
  {
    std::lock_guard guard(mutex_);
    if (!stopped_ && waiting_.size() < limit_) {
      waiting_.push_back({std::move(write), std::move(done)});
      done = nullptr;
    }
  }
  if (done)
    return done(Error{Code::Unavailable, "too many writes are waiting for the store; try again in a second"});
  changed_.notify_one();
  if (woken_) woken_();
}

std::vector<PendingWrite> WriteQueue::take_locked() {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kGroup));
  std::vector<PendingWrite> group(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return group;
}

std::vector<PendingWrite> WriteQueue::take() {
  std::lock_guard guard(mutex_);
  return take_locked();
}

std::vector<PendingWrite> WriteQueue::wait_and_take() {
  std::unique_lock guard(mutex_);
  changed_.wait(guard, [this] { return stopped_ || !waiting_.empty(); });
  return take_locked();
}

void WriteQueue::stop() {
  {
    std::lock_guard guard(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
  if (woken_) woken_();
}

bool WriteQueue::stopped() const {
  std::lock_guard guard(mutex_);
  return stopped_;
}

}  // namespace toolhive::registry
