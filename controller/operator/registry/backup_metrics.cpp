#include "controller/operator/registry/backup_metrics.hpp"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <chrono>

namespace toolhive {

namespace {

using Gauges = prometheus::Family<prometheus::Gauge>;

prometheus::Labels labels_of_registry(const kube::Key& registry) {
  return {{"registry_namespace", registry.ns}, {"registry", registry.name}};
}

void drop(Gauges& gauges, const kube::Key& registry) {
  gauges.Remove(&gauges.Add(labels_of_registry(registry)));
}

}  // namespace

BackupMetrics::BackupMetrics(runtime::Metrics& metrics)
    : last_(prometheus::BuildGauge()
                .Name("mcp_registry_backup_last_timestamp_seconds")
                .Help("When the last complete backup of a Registry with a schedule was complete")
                .Register(metrics.registry())),
      healthy_(
          prometheus::BuildGauge()
              .Name("mcp_registry_backup_healthy")
              .Help("Whether the scheduled backups of a Registry are made: 0 where one failed, cannot be "
                    "made or is overdue")
              .Register(metrics.registry())) {}

void BackupMetrics::tell(const kube::Key& registry, bool healthy, const std::optional<WallTime>& last) {
  healthy_.Add(labels_of_registry(registry)).Set(healthy ? 1 : 0);
  if (!last) return drop(last_, registry);
  const auto since_epoch = std::chrono::duration_cast<std::chrono::seconds>(last->time_since_epoch());
  last_.Add(labels_of_registry(registry)).Set(static_cast<double>(since_epoch.count()));
}

void BackupMetrics::forget(const kube::Key& registry) {
  drop(last_, registry);
  drop(healthy_, registry);
}

}  // namespace toolhive
