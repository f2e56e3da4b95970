#include "controller/operator/backup/carry_out.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/backup/job.hpp"
#include "controller/operator/backup/network_policy.hpp"
#include "controller/operator/backup/volume_snapshot.hpp"
#include "controller/operator/operand/operand_writer.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

std::vector<OperandStep> backup_steps(const BackupInputs& inputs) {
  // Not owned: whether it goes with its RegistryBackup, that says itself.
  if (inputs.spec.method == RegistryBackupSpec::Method::VolumeSnapshot)
    return {{.type = volume_snapshot_type(),
             .key = inputs.key,
             .intent = share(volume_snapshot(inputs)),
             .owned = false,
             .after = {}}};
  const kube::Key key{inputs.key.ns, backup_job_name(inputs)};
  OperandStep files{
      .type = config_map_type(), .key = key, .intent = share(backup_files(inputs)), .after = {}};
  OperandStep job{
      .type = job_type(), .key = key, .intent = share(backup_job(inputs)), .after = config_map_type()};
  if (!has_network_policy(inputs)) return {std::move(files), std::move(job)};
  OperandStep policy{.type = network_policy_type(),
                     .key = key,
                     .intent = share(backup_network_policy(inputs)),
                     .after = config_map_type()};
  job.after = network_policy_type();
  return {std::move(files), std::move(policy), std::move(job)};
}

// Not made yet: the next pass tries again, and tells what hinders it.
BackupReport unstarted(BackupReport report, const ConditionValue& why) {
  report.started = false;
  report.complete = why;
  return report;
}

BackupOutcome start(const Context& ctx, runtime::Applier& applier, const BackupObservation& observed,
                    const BackupPlan& plan) {
  BackupOutcome outcome{.report = plan.report, .retry = {}};
  const WrittenOperands written =
      write_operands(ctx, applier, observed.object, backup_steps(observed.inputs), job_refusal);
  const bool is_snapshot = observed.inputs.spec.method == RegistryBackupSpec::Method::VolumeSnapshot;
  const kube::ResourceType& type = is_snapshot ? volume_snapshot_type() : job_type();
  if (find(written.applied, type)) return outcome;
  outcome.retry = written.retry.ok() ? Status(Code::Unavailable, "the " + type.kind + " could not be made")
                                     : written.retry;
  outcome.report.reset();
  for (const auto* why : {&written.refused, &written.failed})
    if (*why) outcome.report = unstarted(plan.report, **why);
  return outcome;
}

}  // namespace

Status remove_backup_job(const Context& ctx, runtime::Applier& applier, const BackupObservation& observed) {
  const kube::Key key{observed.inputs.key.ns, backup_job_name(observed.inputs)};
  for (const auto& type : {job_type(), config_map_type(), network_policy_type()}) {
    const Status removed = applier.remove(ctx, type, observed.object, key);
    if (!removed.ok()) return removed;
  }
  return {};
}

BackupOutcome carry_out(const Context& ctx, runtime::Applier& applier, const BackupObservation& observed,
                        const BackupPlan& plan) {
  switch (plan.action) {
    case BackupPlan::Action::Start:
      return start(ctx, applier, observed, plan);
    case BackupPlan::Action::Clear:
      return {.report = std::nullopt, .retry = remove_backup_job(ctx, applier, observed)};
    case BackupPlan::Action::Tell:
      break;
  }
  return {.report = plan.report, .retry = {}};
}

}  // namespace toolhive
