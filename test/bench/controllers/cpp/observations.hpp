// Observations: what the controller tells the driver, a line of JSON each.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace toolhive::bench {

// Thread-safe.
class Observations {
 public:
  // Says "settled" after `expected` passes; never when that is 0.
  explicit Observations(std::uint64_t expected) : expected_(expected) {}

  void reconciled();
  // A pass saw the change that the driver made at `sent` nanoseconds.
  void changed(const std::string& sent);

  // Collects changes from now on, and says "changes" with their latencies after `expected` of them.
  void collect_changes(std::size_t expected);
  void report_changes();

  std::uint64_t passes() const { return passes_; }
  // Blocks until passes() is at least `count`.
  void wait_for_passes(std::uint64_t count);

  void say(const std::string& line);

 private:
  const std::uint64_t expected_;
  std::atomic<std::uint64_t> passes_ = 0;
  std::mutex mutex_;
  std::condition_variable passed_;
  std::uint64_t awaited_ = 0;
  std::int64_t collecting_since_ = 0;  // nanoseconds of the system clock; 0: not collecting
  std::size_t expected_changes_ = 0;
  std::vector<std::int64_t> latencies_;  // nanoseconds
};

}  // namespace toolhive::bench
