// Counts things in progress that someone may want to see end.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>

namespace toolhive::http {

// Thread safe. Counting costs one atomic operation as long as nobody waits.
class Gauge {
 public:
  // One thing in progress, counted for as long as this lives. The gauge has to outlive it. Not
  // thread safe.
  class [[nodiscard]] Entry {
   public:
    Entry() = default;  // counts nothing
    explicit Entry(Gauge& gauge) : gauge_(&gauge) { gauge.count_.fetch_add(1); }
    Entry(Entry&& other) noexcept : gauge_(std::exchange(other.gauge_, nullptr)) {}
    Entry& operator=(Entry&& other) noexcept {
      if (this == &other) return *this;
      leave();
      gauge_ = std::exchange(other.gauge_, nullptr);
      return *this;
    }
    ~Entry() { leave(); }

    // Ends it before its time.
    void leave() {
      if (Gauge* const gauge = std::exchange(gauge_, nullptr)) gauge->leave();
    }

   private:
    Gauge* gauge_ = nullptr;
  };

  std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  void wait_for_none() {
    const Waiting waiting(waiters_);
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_.load() == 0; });
  }
  // False when `limit` passed first.
  bool wait_for_none(std::chrono::steady_clock::time_point limit) {
    const Waiting waiting(waiters_);
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, limit, [this] { return count_.load() == 0; });
  }

 private:
  void leave() {
    // Sequentially consistent on purpose: either this sees the waiter, or the waiter sees the new
    // count.
    if (count_.fetch_sub(1) == 1 && waiters_.load() > 0) {
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
    }
  }

  struct Waiting {
    explicit Waiting(std::atomic<unsigned>& waiters) : waiters_(waiters) { ++waiters_; }
    ~Waiting() { --waiters_; }
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    std::atomic<unsigned>& waiters_;
  };

  std::atomic<std::size_t> count_{0};
  std::atomic<unsigned> waiters_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace toolhive::http
