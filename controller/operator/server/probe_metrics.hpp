// ProbeMetrics: what is counted of looks at MCP servers.
#pragma once

#include <memory>

#include "controller/base/clock.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive {

// Thread-safe. Outlived by `metrics`.
class ProbeMetrics {
 public:
  explicit ProbeMetrics(runtime::Metrics& metrics);
  ~ProbeMetrics();

  enum class Result { Success, Restricted, Failure };
  void ended(Result result, Duration took);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive
