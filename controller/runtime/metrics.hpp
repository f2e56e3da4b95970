// Metrics: the process's Prometheus metrics, under the names that controller-runtime made known.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace prometheus {
class Registry;
}

namespace runtime {

// Thread-safe. Lives as long as everything that counts into it.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For metrics of one's own.
  prometheus::Registry& registry();
  // Called before each text(), to set gauges whose value is cheaper to ask for than to keep. Must not call
  // back into this object, and must stay callable for as long as text() is called.
  void before_scrape(std::function<void()> refresh);
  // Text exposition format 0.0.4.
  std::string text() const;

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::mutex mutex_;
  std::vector<std::function<void()>> refreshers_;  // guarded by mutex_
};

}  // namespace runtime
