#include "controller/operator/backup/snapshot_decide.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/backup/volume_snapshot.hpp"

namespace toolhive {

using kube::Offered;

namespace {

std::optional<ConditionValue> snapshot_hindrance(const BackupObservation& observed) {
  if (auto hindered = registry_hindrance(observed)) return hindered;
  const RegistryInputs& registry = *observed.inputs.registry;
  if (!registry.spec.storage.is_files())
    return ConditionValue::no("InvalidSpec",
                              "spec.method: the Registry has its data in PostgreSQL, and no volume; make a "
                              "RegistryBackup with the method Export");
  if (observed.snapshots == Offered::Unknown)
    return ConditionValue::unknown("SnapshotAPIUnknown",
                                   "the API server has not said whether it offers VolumeSnapshots");
  if (observed.snapshots == Offered::No)
    return ConditionValue::no("SnapshotAPIMissing",
                              "this cluster does not offer VolumeSnapshots (snapshot.storage.k8s.io/v1); "
                              "install them with a CSI driver that has snapshots, or use the method Export");
  if (observed.claim_found) return {};
  return ConditionValue::no("ClaimNotFound", "the Registry's claim " + pvc_name(registry) +
                                                 " does not exist yet; the snapshot is made once it does");
}

std::optional<WallTime> deadline_of(const BackupObservation& observed) {
  const auto started = parse_rfc3339(string_member(*observed.status, "startedAt"));
  if (!started) return {};
  return to_wall_time(*started) + std::chrono::seconds(observed.inputs.spec.deadline_seconds);
}

// Nothing may tell of the deadline.
BackupPlan wait_for_driver(const BackupObservation& observed, const SnapshotState& state, WallTime now,
                           BackupPlan plan) {
  plan.report.complete =
      state.error.empty()
          ? ConditionValue::unknown("SnapshotPending",
                                    "the VolumeSnapshot is made, and the driver has not said that "
                                    "it is ready")
          : ConditionValue::unknown(
                "SnapshotFailing", "the driver could not make the snapshot, and tries again: " + state.error);
  plan.look_again = true;
  const auto deadline = deadline_of(observed);
  if (!deadline || now < *deadline) return plan;
  plan.report.ended = true;
  plan.look_again = false;
  plan.report.complete = ConditionValue::no(
      "DeadlineExceeded", "the VolumeSnapshot was not ready in time; before that: " +
                              plan.report.complete.reason + ": " + plan.report.complete.message);
  return plan;
}

ConditionValue snapshot_gone() {
  return ConditionValue::no("SnapshotGone",
                            "somebody deleted the VolumeSnapshot; make another RegistryBackup");
}

void tell_ready(const BackupObservation& observed, const SnapshotState& state, BackupReport& report) {
  report.snapshot_bytes = state.bytes;
  report.location = location_of(observed.inputs);
  report.complete = ConditionValue::yes(
      "Completed", report.location + " is ready to use: the registry's volume as it was at one moment");
}

// What becomes of one that was complete.
BackupPlan look_after(const BackupObservation& observed, BackupPlan plan) {
  plan.report.started = plan.report.ended = true;
  const Json* const bytes = value_at(*observed.status, "/bytes");
  plan.report.snapshot_bytes = bytes && bytes->is_number_integer() ? bytes->get<std::int64_t>() : 0;
  plan.report.location = location_of(observed.inputs);
  if (!observed.snapshot) {
    plan.report.complete = snapshot_gone();
    return plan;
  }
  const SnapshotState state = read_snapshot(*observed.snapshot);
  if (state.ready) {
    tell_ready(observed, state, plan.report);
  } else {
    plan.report.complete = ConditionValue::no(
        "SnapshotFailing",
        "it was ready, and is no more: " +
            (state.error.empty() ? std::string("the driver gives no reason") : state.error));
  }
  return plan;
}

}  // namespace

BackupPlan decide_snapshot(const BackupObservation& observed, WallTime now) {
  BackupPlan plan;
  plan.report.generation = observed.object.meta().generation;
  if (has_ended(*observed.status)) {
    const bool was_complete = !string_member(*observed.status, "location").empty();
    // While it is not known whether there are VolumeSnapshots, what was told stays.
    if (was_complete && observed.snapshots != Offered::Unknown) return look_after(observed, std::move(plan));
    plan.action = BackupPlan::Action::Clear;
    return plan;
  }
  if (observed.snapshot) {
    plan.report.started = true;
    const SnapshotState state = read_snapshot(*observed.snapshot);
    if (!state.ready) return wait_for_driver(observed, state, now, std::move(plan));
    plan.report.ended = true;
    tell_ready(observed, state, plan.report);
    return plan;
  }
  if (has_started(*observed.status)) {
    if (observed.snapshots == Offered::Unknown) {
      plan.report.started = true;
      return wait_for_driver(observed, {}, now, std::move(plan));
    }
    plan.report.started = plan.report.ended = true;
    plan.report.complete = snapshot_gone();
    return plan;
  }
  if (const auto hindered = snapshot_hindrance(observed)) {
    plan.report.complete = *hindered;
    plan.look_again = true;
    return plan;
  }
  plan.action = BackupPlan::Action::Start;
  plan.report.started = true;
  plan.report.complete = ConditionValue::unknown("SnapshotPending", "the VolumeSnapshot is made");
  plan.look_again = true;
  return plan;
}

DeletionPlan decide_snapshot_deletion(const BackupObservation& observed) {
  using Action = DeletionPlan::Action;
  if (!has_started(*observed.status)) return {};
  if (observed.snapshots == Offered::Unknown) return {.action = Action::Wait, .left_behind = {}};
  return {.action = observed.snapshot ? Action::RemoveSnapshot : Action::LetGo, .left_behind = {}};
}

}  // namespace toolhive
