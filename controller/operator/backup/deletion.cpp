#include "controller/operator/backup/deletion.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/backup/carry_out.hpp"
#include "controller/operator/backup/job.hpp"
#include "controller/operator/backup/network_policy.hpp"
#include "controller/operator/backup/snapshot_decide.hpp"
#include "controller/operator/backup/status.hpp"
#include "controller/operator/operand/job.hpp"
#include "controller/operator/operand/operand_writer.hpp"
#include "controller/operator/registry/backup_result.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

using DeletionAction = DeletionPlan::Action;

// Longer than the Job's own deadline: it ends the wait also where no Job can be made.
constexpr std::chrono::minutes kLongestDeletion{15};

// The program's exit code for a backup that is not there.
constexpr std::int64_t kNothingThere = 3;

bool is_overdue(const BackupObservation& observed, WallTime now) {
  return std::string(observed.object.meta().deletion_timestamp) < to_rfc3339(now - kLongestDeletion);
}

bool has_pod_at_work(const BackupObservation& observed) {
  return std::any_of(observed.pods.begin(), observed.pods.end(),
                     [](const Json& pod) { return !is_finished(pod); });
}

std::string words_of(const JobState& state) {
  const Status said =
      state.last ? parse_backup_result(state.last->message).status() : Status(Code::Decode, "");
  return said.message().empty() ? state.value.message : said.message();
}

DeletionPlan look_at_delete_job(const BackupObservation& observed, WallTime now) {
  const JobState state = observe_job(*observed.delete_job, observed.pods, kBackupTerms, kFinalExitCode, now);
  if (state.phase == JobState::Phase::Succeeded) return {.action = DeletionAction::LetGo, .left_behind = {}};
  if (state.last && state.last->exit_code == kNothingThere)
    return {.action = DeletionAction::LetGo, .left_behind = {}};
  if (state.phase == JobState::Phase::Failed)
    return {.action = DeletionAction::LetGo, .left_behind = words_of(state)};
  return {.action = DeletionAction::Wait, .left_behind = {}};
}

kube::Key delete_job_key(const BackupInputs& inputs) {
  return {inputs.key.ns, delete_job_name(inputs)};
}

StatusOr<DeletionOutcome> make_delete_job(const Context& ctx, runtime::Applier& applier,
                                          const BackupObservation& observed) {
  // Not owned: the garbage collector would take them before they are of use, in a deletion in the
  // foreground.
  const kube::Key key = delete_job_key(observed.inputs);
  std::vector<OperandStep> made = {{.type = job_type(),
                                    .key = key,
                                    .intent = share(delete_job(observed.inputs)),
                                    .owned = false,
                                    .after = {}}};
  if (has_network_policy(observed.inputs)) {
    made.front().after = network_policy_type();
    made.insert(made.begin(), {.type = network_policy_type(),
                               .key = key,
                               .intent = share(delete_network_policy(observed.inputs)),
                               .owned = false,
                               .after = {}});
  }
  const WrittenOperands written = write_operands(ctx, applier, observed.object, made, job_refusal);
  if (written.namespace_ends)
    return DeletionOutcome{true, "its namespace is being deleted, and takes no Job any more"};
  if (written.refused) return DeletionOutcome{true, written.refused->message};
  if (written.failed) return Status(Code::Unavailable, written.failed->message);
  return written.retry.ok() ? StatusOr<DeletionOutcome>(DeletionOutcome{}) : written.retry;
}

}  // namespace

DeletionPlan decide_deletion(const BackupObservation& observed, WallTime now) {
  if (is_overdue(observed, now))
    return {.action = DeletionAction::LetGo,
            .left_behind = "it could not be deleted in a quarter of an hour"};
  if (observed.inputs.spec.method == RegistryBackupSpec::Method::VolumeSnapshot)
    return decide_snapshot_deletion(observed);
  if (observed.delete_job) return look_at_delete_job(observed, now);
  if (!has_started(*observed.status) && !observed.backup_job) return {};
  if (observed.backup_job) return {.action = DeletionAction::StopBackup, .left_behind = {}};
  if (has_pod_at_work(observed)) return {.action = DeletionAction::Wait, .left_behind = {}};
  return {.action = DeletionAction::Delete, .left_behind = {}};
}

StatusOr<DeletionOutcome> carry_out_deletion(const Context& ctx, runtime::Applier& applier,
                                             const BackupObservation& observed, const DeletionPlan& plan) {
  Status done;
  switch (plan.action) {
    case DeletionAction::Wait:
      return DeletionOutcome{};
    case DeletionAction::StopBackup:
      done = remove_backup_job(ctx, applier, observed);
      return done.ok() ? StatusOr<DeletionOutcome>(DeletionOutcome{}) : done;
    case DeletionAction::RemoveSnapshot:
      done = applier.remove(ctx, volume_snapshot_type(), observed.object, observed.inputs.key);
      return done.ok() ? StatusOr<DeletionOutcome>(DeletionOutcome{}) : done;
    case DeletionAction::Delete:
      return make_delete_job(ctx, applier, observed);
    case DeletionAction::LetGo:
      break;
  }
  // The Job is what tells that this was done.
  for (const auto& type : {network_policy_type(), job_type()})
    if (done.ok()) done = applier.remove(ctx, type, observed.object, delete_job_key(observed.inputs));
  return done.ok() ? StatusOr<DeletionOutcome>(DeletionOutcome{true, plan.left_behind}) : done;
}

}  // namespace toolhive
