#include "controller/operator/backup/reconciler.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/operator/backup/carry_out.hpp"
#include "controller/operator/backup/deletion.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::FinalizerNeed;
using runtime::Pass;
using runtime::Result;

namespace {

constexpr std::chrono::seconds kShortPeriod{20};
// Of a Job that cannot be made.
constexpr runtime::BackoffOptions kBackupBackoff{.base = std::chrono::seconds(1),
                                                 .max = std::chrono::seconds(60)};

FinalizerNeed backup_finalizer_need(const kube::Ref<RegistryBackup>& backup) {
  return backup->spec.deletion == RegistryBackupSpec::Deletion::Delete ? FinalizerNeed::Needed
                                                                       : FinalizerNeed::NotNeeded;
}

// The RegistryBackup that a Job or a pod is labelled with.
std::vector<Key> backup_of(const Object& object) {
  const auto instance = object.meta().labels.get(kInstanceLabel);
  if (!instance || object.meta().labels.get(kNameLabel) != kBackupApplication) return {};
  return {Key{std::string(object.meta().ns), std::string(*instance)}};
}

Status tell_unreadable_backup(const Pass& pass, const Status& why) {
  const Object& object = pass.object();
  const BackupReport report{.generation = object.meta().generation,
                            .complete = ConditionValue::no("InvalidSpec", why.message())};
  const JsonPtr before = object.status();
  if (has_ended(*before)) return {};
  return pass.write_status(backup_status(*before, report, pass.ctx().clock.wall())).status();
}

void tell_end(const Pass& pass, const BackupReport& report) {
  const bool well = report.complete.holds();
  pass.event(well ? runtime::EventType::Normal : runtime::EventType::Warning, report.complete.reason,
             "Backup", report.complete.message);
}

}  // namespace

BackupReconciler::BackupReconciler(runtime::Manager& manager, OperatorOptions options)
    : manager_(manager), options_(std::move(options)) {}

void BackupReconciler::attach() {
  manager_.controller<RegistryBackup>("registrybackup")
      .watches(job_type(), backup_of, operand_informer())
      .watches(config_map_type(), backup_of, operand_informer())
      .watches(pod_type(), backup_of, pod_informer())
      .watches(volume_snapshot_type(), backup_of, operand_informer(true))
      .watches(
          registry_type(), [this](const Object& registry) { return backups_of(registry); }, {},
          runtime::declared_changed())
      .concurrency(options_.workers)
      .backoff(kBackupBackoff)
      .finalize(
          kDeleteBackupFinalizer, [this](const Pass& pass, const Object&) { return let_go(pass); },
          backup_finalizer_need)
      .on_invalid(tell_unreadable_backup)
      .on_gone([this](const Key& key) {
        const std::lock_guard lock(mutex_);
        done_with_.erase(key);
      })
      .reconcile([this](const Pass& pass, const kube::Ref<RegistryBackup>& backup) {
        return reconcile(pass, backup->spec);
      });
}

StatusOr<Result> BackupReconciler::reconcile(const Pass& pass, const RegistryBackupSpec& spec) {
  const auto observed = observe_backup(pass.ctx(), manager_.client(), manager_.cache(), manager_.discovery(),
                                       options_, pass.object(), spec);
  if (!observed.ok()) return observed.status();
  const WallTime now = pass.ctx().clock.wall();
  const BackupPlan plan = decide(*observed, now);
  const BackupOutcome outcome = carry_out(pass.ctx(), manager_.applier(), *observed, plan);
  if (outcome.report) {
    const auto written = pass.write_status(backup_status(*observed->status, *outcome.report, now));
    if (!written.ok()) return written.status();
    if (*written && outcome.report->ended) tell_end(pass, *outcome.report);
    // Once its result is in the status, and not before.
    if (outcome.report->ended) {
      const Status removed = remove_backup_job(pass.ctx(), manager_.applier(), *observed);
      if (!removed.ok()) return removed;
    }
  }
  // Told first, then tried again.
  if (!outcome.retry.ok()) return outcome.retry;
  return plan.look_again ? Result{.requeue_after = jittered(kShortPeriod, pass.key())} : Result{};
}

StatusOr<Result> BackupReconciler::let_go(const Pass& pass) {
  const auto backup = kube::Ref<RegistryBackup>::of(pass.object());
  if (!backup.ok() || backup_finalizer_need(*backup) == FinalizerNeed::NotNeeded) return Result{};
  const std::string uid(pass.object().meta().uid);
  {
    const std::lock_guard lock(mutex_);
    const auto done_with = done_with_.find(pass.key());
    if (done_with != done_with_.end() && done_with->second == uid) return Result{};
  }
  const auto observed = observe_backup(pass.ctx(), manager_.client(), manager_.cache(), manager_.discovery(),
                                       options_, pass.object(), (*backup)->spec);
  if (!observed.ok()) return observed.status();
  const DeletionPlan plan = decide_deletion(*observed, pass.ctx().clock.wall());
  const auto done = carry_out_deletion(pass.ctx(), manager_.applier(), *observed, plan);
  if (!done.ok()) return done.status();
  if (!done->may_go) return Result{.requeue_after = jittered(kShortPeriod, pass.key())};
  if (!done->left_behind.empty())
    pass.event(runtime::EventType::Warning, "BackupLeftBehind", "Delete",
               location_of(observed->inputs) + " is left as it is: " + done->left_behind);
  const std::lock_guard lock(mutex_);
  done_with_[pass.key()] = uid;
  return Result{};
}

std::vector<Key> BackupReconciler::backups_of(const Object& registry) const {
  std::vector<Key> keys;
  const auto backups = manager_.cache().list<RegistryBackup>(registry.meta().ns);
  if (!backups.ok()) return keys;
  for (const auto& backup : *backups)
    if (backup->spec.registry == registry.meta().name) keys.push_back(backup.key());
  return keys;
}

}  // namespace toolhive
