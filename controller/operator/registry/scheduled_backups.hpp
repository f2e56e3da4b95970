// The scheduled backups of a Registry, in the steps of its pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/operator/backup_schedule/plan.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/observe.hpp"

namespace toolhive {

// Those of the Registry, made by hand or by schedule, as the cache has them.
StatusOr<std::vector<KnownBackup>> backups_of(const runtime::Cache& cache, const kube::Key& registry);
// The Registry that a RegistryBackup is of.
std::vector<kube::Key> registry_of_backup(const kube::Object& backup);

// What is to be made and removed; nothing without a schedule, with one that is refused, or before
// the Registry has what it is to be restored from: a backup of less would take the place of a good
// one. Pure.
std::optional<BackupPlanning> plan_backups(const RegistryObservation& observed, WallTime now);

// An error is what could not be made or removed.
Status carry_out_backups(const Context& ctx, kube::Client& client, const RegistryObservation& observed,
                         const BackupPlanning& plan);

// What is told of them. Pure.
struct BackupsReport {
  ConditionValue healthy;
  std::optional<WallTime> last;           // when the last complete one was complete
  std::string last_name;                  // of that one
  std::optional<WallTime> last_schedule;  // the last run that was made
  std::optional<WallTime> next;
};
BackupsReport report_backups(const RegistryObservation& observed, const BackupPlanning& plan,
                             const Status& carried_out, WallTime now);

}  // namespace toolhive
