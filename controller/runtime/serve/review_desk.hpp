// ReviewDesk: a few threads on which callers are looked up, so that those of a server never wait for the API server.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace toolhive::runtime {

// Thread-safe.
class ReviewDesk {
 public:
  // Given the desk's token, which fires at the end: whatever waits must give up then. Must not throw.
  using Review = std::function<void(const std::stop_token&)>;

  ReviewDesk(int threads, std::size_t longest_queue);
  ~ReviewDesk();  // as close()
  ReviewDesk(const ReviewDesk&) = delete;
  ReviewDesk& operator=(const ReviewDesk&) = delete;

  // False when too many are waiting, or the desk is closed: the caller should try again later.
  [[nodiscard]] bool submit(Review review);
  // Fires the token and waits until every accepted review has run.
  void close();

 private:
  void work();

  const std::size_t longest_queue_;
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Review> queue_;  // guarded by mutex_
  bool closed_ = false;       // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace toolhive::runtime
