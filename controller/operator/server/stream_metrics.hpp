// StreamMetrics: what is counted of listening to MCP servers.
#pragma once

#include <memory>

#include "controller/runtime/monitor/metrics.hpp"

namespace toolhive {

// Thread-safe. Outlived by `metrics`.
class StreamMetrics {
 public:
  explicit StreamMetrics(runtime::Metrics& metrics);
  ~StreamMetrics();

  void open(int streams);  // so many are now
  void heard();            // a change
  void flooded();          // one was ended because too much came

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive
