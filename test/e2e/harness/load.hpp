// Readers and writers of a registry while something happens to it.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "test/e2e/harness/test_namespace.hpp"

namespace e2e {

// Reads and writes mcp-registry without a pause, each request on a connection of its own, until it
// goes. For one thread but where it says more.
class Load {
 public:
  explicit Load(const TestNamespace& ns);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop();
  // Once it has stopped: the tools whose registration was acknowledged.
  std::vector<std::string> acknowledged() const { return acknowledged_; }
  // Any thread, also while it goes on.
  int reads() const { return reads_; }
  int writes() const { return writes_; }
  std::string failed_reads() const;

 private:
  void read();
  void write();

  const TestNamespace& ns_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> reads_ = 0;
  std::atomic<int> writes_ = 0;  // that were acknowledged
  mutable std::mutex mutex_;
  std::string failed_reads_;               // guarded by mutex_
  std::vector<std::string> acknowledged_;  // the writer's, until it has stopped
  std::thread reader_;
  std::thread writer_;
};

}  // namespace e2e
