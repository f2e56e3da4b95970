// TakenOffers: which offers of servers were taken in, and how much of them is held.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "controller/kube/object/resource.hpp"
#include "controller/operator/server/sighting.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace prometheus {
class Gauge;
}

namespace toolhive {

// Of this process alone: what matters beyond it is in the status of each MCPTool. Thread-safe.
// Outlived by `metrics`.
class TakenOffers {
 public:
  explicit TakenOffers(runtime::Metrics& metrics);

  void took(const kube::Key& tool, const Sighting& sighting);
  // Whether something else was seen than what was taken in, and was dropped since.
  bool is_missing(const kube::Key& tool, const Sighting& sighting) const;
  // How many tools of an MCPTool are held.
  void held(const kube::Key& tool, std::int64_t count);
  void forget(const kube::Key& tool);

 private:
  prometheus::Gauge& gauge_;
  mutable std::mutex mutex_;
  std::map<kube::Key, std::string> digests_;  // guarded by mutex_, as below
  std::map<kube::Key, std::int64_t> held_;
};

}  // namespace toolhive
