// Metrics: the process's Prometheus metrics, under the names that controller-runtime made known,
// process_metrics() among them.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace prometheus {
class Registry;
struct MetricFamily;
}  // namespace prometheus

namespace toolhive::runtime {

// Thread-safe. Lives as long as everything that counts into it.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // For metrics of one's own.
  prometheus::Registry& registry();
  // Metrics whose values are asked for at each text(), because that is cheaper than to keep them,
  // or because what they are about comes and goes. Must not call back into this object, and must
  // stay callable for as long as text() is called.
  using Source = std::function<std::vector<prometheus::MetricFamily>()>;
  void add_source(Source source);
  // Text exposition format 0.0.4.
  std::string text() const;

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  mutable std::mutex mutex_;
  std::vector<Source> sources_;  // guarded by mutex_
};

}  // namespace toolhive::runtime
