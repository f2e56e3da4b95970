// Metrics: the process's Prometheus metrics, under the names that controller-runtime made known.
#pragma once

#include <memory>
#include <string>

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
  // Text exposition format 0.0.4.
  std::string text() const;

 private:
  std::shared_ptr<prometheus::Registry> registry_;
};

}  // namespace runtime
