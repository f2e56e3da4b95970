#include "controller/operator/registry/scheduled_backups.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/backup_schedule/health.hpp"
#include "controller/operator/backup_schedule/known_backup.hpp"
#include "controller/operator/labels.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;

namespace {

std::optional<WallTime> told_schedule(const RegistryObservation& observed) {
  return time_of(string_member(*observed.status, "lastSchedule"));
}

// The last run that was made, by the status and by what is there: an operator may have ended
// between making it and saying so.
std::optional<WallTime> last_made(const RegistryObservation& observed) {
  std::optional<WallTime> last = told_schedule(observed);
  for (const KnownBackup& backup : observed.backups) last = std::max(last, backup.scheduled);
  return last;
}

// From when on runs count.
WallTime begin_of(const RegistryObservation& observed) {
  const WallTime created = time_of(observed.object.meta().creation_timestamp).value_or(WallTime());
  return std::max(created, told_schedule(observed).value_or(created));
}

}  // namespace

StatusOr<std::vector<KnownBackup>> backups_of(const runtime::Cache& cache, const Key& registry) {
  const auto all = cache.list<RegistryBackup>(registry.ns);
  if (!all.ok()) return all.status();
  std::vector<KnownBackup> backups;
  for (const auto& backup : *all)
    if (backup->spec.registry == registry.name) backups.push_back(known_backup(backup.object()));
  return backups;
}

std::vector<Key> registry_of_backup(const Object& backup) {
  const std::string name = text_at(backup.json(), "/spec/registryRef/name");
  if (name.empty()) return {};
  return {Key{std::string(backup.meta().ns), name}};
}

std::optional<BackupPlanning> plan_backups(const RegistryObservation& observed, WallTime now) {
  const auto& schedule = observed.inputs.spec.backup;
  if (!schedule || observed.inputs.restore || observed.inputs.restore_snapshot || observed.restore_pending)
    return std::nullopt;
  const auto cron = CronSchedule::parse(schedule->schedule);
  if (!cron.ok()) return std::nullopt;
  return plan_backups(*schedule, *cron, begin_of(observed), observed.backups, now);
}

Status carry_out_backups(const Context& ctx, kube::Client& client, const RegistryObservation& observed,
                         const BackupPlanning& plan) {
  const Key& registry = observed.inputs.key;
  if (plan.make) {
    kube::WriteOptions options;
    options.field_manager = kFieldManager;
    Json intent = scheduled_backup(registry, *observed.inputs.spec.backup, *plan.make);
    intent["apiVersion"] = registry_backup_type().api_version();
    intent["kind"] = registry_backup_type().kind;
    const Status made = client.create(ctx, registry_backup_type(), intent, options).status();
    if (!made.ok() && made.code() != Code::AlreadyExists) return made;
  }
  for (const std::string& name : plan.remove) {
    const Status removed = client.remove(ctx, registry_backup_type(), Key{registry.ns, name});
    if (!removed.ok() && removed.code() != Code::NotFound) return removed;
  }
  return {};
}

BackupsReport report_backups(const RegistryObservation& observed, const BackupPlanning& plan,
                             const Status& carried_out, WallTime now) {
  const BackupSchedule& schedule = *observed.inputs.spec.backup;
  BackupsReport report;
  report.next = plan.next;
  report.last_schedule = last_made(observed);
  if (plan.make && carried_out.ok()) report.last_schedule = plan.make;
  report.healthy = carried_out.ok()
                       ? backup_health(schedule, *CronSchedule::parse(schedule.schedule), begin_of(observed),
                                       observed.backups, now)
                       : ConditionValue::no("BackupRefused",
                                            "the API server does not take a scheduled RegistryBackup, or "
                                            "the removal of one: " +
                                                carried_out.message());
  if (const KnownBackup* last = last_complete(observed.backups)) {
    report.last = last->completed;
    report.last_name = last->name;
  }
  return report;
}

}  // namespace toolhive
