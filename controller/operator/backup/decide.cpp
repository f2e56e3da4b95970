#include "controller/operator/backup/decide.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/backup/job.hpp"
#include "controller/operator/backup/snapshot_decide.hpp"
#include "controller/operator/operand/job.hpp"
#include "controller/operator/operand/object_condition.hpp"

namespace toolhive {

namespace {

using BackupAction = BackupPlan::Action;

constexpr std::chrono::seconds kWordsTakeAtMost{20};

// Why it cannot be made as things are.
std::optional<ConditionValue> hindrance(const BackupObservation& observed) {
  const BackupInputs& inputs = observed.inputs;
  if (auto hindered = registry_hindrance(observed)) return hindered;
  const auto& claim = inputs.spec.destination.claim;
  if (claim && inputs.registry->spec.storage.is_files() && claim->name == pvc_name(*inputs.registry))
    return ConditionValue::no("InvalidSpec", "spec.destination.claim.name: " + claim->name +
                                                 " has the registry's own data, and a backup is lost with "
                                                 "them there; name another claim");
  if (!observed.claim_is_taken) return {};
  return ConditionValue::no(
      "ClaimInUse", "the claim " + pvc_name(*inputs.registry) +
                        " is ReadWriteOncePod, and the registry's pod has it; the backup is made once "
                        "no pod runs, as with the annotation mcpregistry.dev/hibernation: \"on\"");
}

void tell_success(const JobState& state, const BackupInputs& inputs, BackupReport& report) {
  report.location = location_text(place_of(inputs));
  const auto result = parse_backup_result(state.last ? state.last->message : "");
  if (!result.ok()) {
    report.complete = ConditionValue::no(
        "ResultUnknown",
        "the Job ended well, but what it said is lost or cannot be read; make another backup");
    return;
  }
  report.result = *result;
  report.complete = ConditionValue::yes(
      "Completed", std::to_string(result->tools) + " tools and " + std::to_string(result->servers) +
                       " servers are at " + report.location + ", and were read back");
}

// The program's own words count for more than the Job's; what it waited for tells why time ran out.
void tell_failure(const JobState& state, const ConditionValue& before, BackupReport& report) {
  report.complete = state.value;
  const Status said =
      state.last ? parse_backup_result(state.last->message).status() : Status(Code::Decode, "");
  if (!said.ok() && !said.message().empty())
    report.complete.message = said.message() + " (" + state.value.message + ")";
  else if (!state.last && before.status == runtime::ConditionStatus::Unknown)
    report.complete.message += "; before that: " + before.reason + ": " + before.message;
}

// The Job's end may be heard of before that of its pod, which has the words.
bool may_still_speak(const Json& job, const JobState& state, WallTime now) {
  if (state.phase == JobState::Phase::Running || state.last) return false;
  const Json* const end =
      condition_of(job, state.phase == JobState::Phase::Succeeded ? "Complete" : "Failed");
  const auto ended = end ? parse_rfc3339(string_member(*end, "lastTransitionTime")) : std::nullopt;
  return ended && now < to_wall_time(*ended) + kWordsTakeAtMost;
}

// True when nothing may tell of what is waited for.
bool look_at_job(const BackupObservation& observed, WallTime now, BackupReport& report) {
  JobState state = observe_job(*observed.backup_job, observed.pods, kBackupTerms, kFinalExitCode, now);
  const bool speechless = may_still_speak(*observed.backup_job, state, now);
  if (speechless) {
    state.phase = JobState::Phase::Running;
    state.value = ConditionValue::unknown("Running", "the Job has ended, and what it said is waited for");
  }
  report.started = true;
  report.ended = state.phase != JobState::Phase::Running;
  if (state.phase == JobState::Phase::Running) report.complete = state.value;
  if (state.phase == JobState::Phase::Succeeded) tell_success(state, observed.inputs, report);
  if (state.phase == JobState::Phase::Failed) tell_failure(state, told_completion(*observed.status), report);
  return speechless;
}

BackupPlan begin(const BackupObservation& observed, BackupPlan plan) {
  if (const auto hindered = hindrance(observed)) {
    plan.report.complete = *hindered;
    plan.look_again = true;
    return plan;
  }
  plan.action = BackupAction::Start;
  plan.report.started = true;
  plan.report.complete = ConditionValue::unknown("Starting", "the Job is made");
  return plan;
}

}  // namespace

std::optional<ConditionValue> registry_hindrance(const BackupObservation& observed) {
  const BackupInputs& inputs = observed.inputs;
  if (!inputs.registry)
    return ConditionValue::no("RegistryNotFound",
                              "spec.registryRef: there is no Registry " + inputs.spec.registry +
                                  " in the namespace whose spec can be read; it is backed up once there is");
  if (!observed.registry_moves) return {};
  return ConditionValue::no(
      "RegistryMoving",
      "the Registry's data are being moved from files to PostgreSQL, which its condition "
      "Moved tells of; the backup is made when that has ended");
}

BackupPlan decide(const BackupObservation& observed, WallTime now) {
  if (observed.inputs.spec.method == RegistryBackupSpec::Method::VolumeSnapshot)
    return decide_snapshot(observed, now);
  BackupPlan plan;
  plan.report.generation = observed.object.meta().generation;
  if (has_ended(*observed.status)) {
    plan.action = BackupAction::Clear;
  } else if (observed.backup_job) {
    plan.look_again = look_at_job(observed, now, plan.report);
  } else if (has_started(*observed.status)) {
    plan.report.started = plan.report.ended = true;
    plan.report.complete = ConditionValue::no(
        "JobGone", "somebody deleted the Job before it ended; make another RegistryBackup");
  } else {
    return begin(observed, std::move(plan));
  }
  return plan;
}

}  // namespace toolhive
