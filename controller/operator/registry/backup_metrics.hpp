// BackupMetrics: what the operator's metrics say of scheduled backups.
#pragma once

#include <optional>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/runtime/monitor/metrics.hpp"

namespace prometheus {
class Gauge;
template <class T>
class Family;
}  // namespace prometheus

namespace toolhive {

// Thread-safe. `metrics` must outlive it. Series have the labels registry_namespace and registry:
// namespace and service are those of the scraped operator.
class BackupMetrics {
 public:
  explicit BackupMetrics(runtime::Metrics& metrics);

  // Of a Registry with a schedule; `last` absent: none is complete.
  void tell(const kube::Key& registry, bool healthy, const std::optional<WallTime>& last);
  // Of one without, or that is gone.
  void forget(const kube::Key& registry);

 private:
  using Gauges = prometheus::Family<prometheus::Gauge>;

  Gauges& last_;
  Gauges& healthy_;
};

}  // namespace toolhive
