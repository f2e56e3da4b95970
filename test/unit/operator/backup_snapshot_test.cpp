// A RegistryBackup by VolumeSnapshot: what is made, what is told, and how it goes.
#include <doctest/doctest.h>

#include "controller/base/time.hpp"
#include "controller/operator/backup/snapshot_decide.hpp"
#include "controller/operator/backup/volume_snapshot.hpp"
#include "controller/operator/backup_schedule/known_backup.hpp"
#include "controller/operator/labels.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Offered;
using runtime::ConditionStatus;
using SnapshotAction = BackupPlan::Action;

const WallTime kSnapshotNow = to_wall_time(*parse_rfc3339("2026-01-01T00:30:00Z"));
const Json kSnapshotBegun = {{"startedAt", "2026-01-01T00:00:00Z"}};
const Json kSnapshotDone = {{"startedAt", "2026-01-01T00:00:00Z"},
                            {"completedAt", "2026-01-01T00:01:00Z"},
                            {"location", "volumesnapshot://nightly"},
                            {"bytes", 1024}};

// With a merge patch on its spec.
kube::Object snapshot_backup(const Json& status = Json::object(), const Json& patch = Json::object()) {
  Json spec = {{"method", "VolumeSnapshot"}, {"destination", nullptr}};
  spec.update(patch);
  return registry_backup({{"spec", std::move(spec)}, {"status", status}});
}

// In a cluster that offers VolumeSnapshots, of a Registry whose claim is there.
BackupObservation snapshot_observation(const Json& status = Json::object(), const Json& snapshot = Json()) {
  BackupObservation observed = backup_observation(snapshot_backup(status));
  observed.snapshots = Offered::Yes;
  observed.claim_found = true;
  if (snapshot.is_object()) observed.snapshot = std::make_shared<const Json>(snapshot);
  return observed;
}

Json seen_snapshot(const Json& status) {
  return {{"metadata", {{"name", "nightly"}, {"namespace", "mcp"}}}, {"status", status}};
}
const Json kReady = seen_snapshot({{"readyToUse", true}, {"restoreSize", "10Gi"}});
const Json kUnready = seen_snapshot({{"readyToUse", false}});
const Json kFailing =
    seen_snapshot({{"readyToUse", false}, {"error", {{"message", "no VolumeSnapshotClass for the driver"}}}});

constexpr std::int64_t kTenGi = std::int64_t{10} << 30;

BackupPlan planned(const Json& status, const Json& snapshot) {
  return decide(snapshot_observation(status, snapshot), kSnapshotNow);
}

}  // namespace

TEST_SUITE_BEGIN("a RegistryBackup by VolumeSnapshot");

TEST_CASE("the VolumeSnapshot is of the Registry's claim, under the name of the RegistryBackup") {
  const Json made = volume_snapshot(backup_inputs(snapshot_backup()));
  CHECK(at(made, "/metadata/name") == "nightly");
  CHECK(at(made, "/metadata/namespace") == "mcp");
  CHECK(at(made, "/metadata/labels").get<StringMap>() == backup_labels("nightly"));
  CHECK(at(made, "/spec") == Json{{"source", {{"persistentVolumeClaimName", "mcp-registry-data"}}}});
  const Json of_class =
      volume_snapshot(backup_inputs(snapshot_backup(Json::object(), {{"snapshotClassName", "fast"}})));
  CHECK(at(of_class, "/spec/volumeSnapshotClassName") == "fast");
  const Json existing =
      volume_snapshot(backup_inputs(snapshot_backup(), {{"storage", {{"existingClaim", "theirs"}}}}));
  CHECK(at(existing, "/spec/source/persistentVolumeClaimName") == "theirs");
}

TEST_CASE("a place is for an Export, which needs one") {
  CHECK(RegistryBackup::from_text(snapshot_backup().json().dump()).ok());
  Json without = registry_backup().json();
  without["spec"].erase("destination");
  CHECK_FALSE(RegistryBackup::from_text(without.dump()).ok());
}

TEST_CASE("it is made where it can be") {
  const BackupPlan plan = planned(Json::object(), Json());
  CHECK(plan.action == SnapshotAction::Start);
  CHECK(plan.report.started);
  CHECK(plan.report.complete.reason == "SnapshotPending");
}

TEST_CASE("nothing is made where it cannot be, and it is looked at again") {
  BackupObservation missing = snapshot_observation();
  missing.snapshots = Offered::No;
  BackupObservation unknown = snapshot_observation();
  unknown.snapshots = Offered::Unknown;
  BackupObservation unbound = snapshot_observation();
  unbound.claim_found = false;
  BackupObservation alone = snapshot_observation();
  alone.inputs.registry.reset();
  BackupObservation database = snapshot_observation();
  database.inputs.registry =
      inputs({{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}}});
  for (const auto& [observed, reason] :
       {std::pair{&missing, "SnapshotAPIMissing"}, std::pair{&unknown, "SnapshotAPIUnknown"},
        std::pair{&unbound, "ClaimNotFound"}, std::pair{&alone, "RegistryNotFound"},
        std::pair{&database, "InvalidSpec"}}) {
    CAPTURE(reason);
    const BackupPlan plan = decide(*observed, kSnapshotNow);
    CHECK(plan.action == SnapshotAction::Tell);
    CHECK(plan.report.complete.reason == reason);
    CHECK_FALSE(plan.report.started);
    CHECK(plan.look_again);
  }
}

TEST_CASE("it is complete once the driver says that it is ready, with its size and place") {
  const BackupPlan plan = planned(kSnapshotBegun, kReady);
  CHECK(plan.report.ended);
  CHECK(plan.report.complete.holds());
  const Json status = backup_status(kSnapshotBegun, plan.report, kSnapshotNow);
  CHECK(status.at("location") == "volumesnapshot://nightly");
  CHECK(status.at("bytes") == kTenGi);
  CHECK(status.at("completedAt") == "2026-01-01T00:30:00Z");
  CHECK_FALSE(status.contains("tools"));
}

TEST_CASE("while the driver tries, its error is told, and in the end the deadline") {
  const BackupPlan waiting = planned(kSnapshotBegun, kUnready);
  CHECK(waiting.report.complete.reason == "SnapshotPending");
  CHECK(waiting.report.complete.status == ConditionStatus::Unknown);
  CHECK(waiting.look_again);
  const BackupPlan failing = planned(kSnapshotBegun, kFailing);
  CHECK(failing.report.complete.reason == "SnapshotFailing");
  CHECK(failing.report.complete.status == ConditionStatus::Unknown);
  CHECK(failing.report.complete.message.find("no VolumeSnapshotClass for the driver") != std::string::npos);
  CHECK_FALSE(failing.report.ended);

  const BackupPlan late =
      decide(snapshot_observation(kSnapshotBegun, kFailing), kSnapshotNow + std::chrono::hours(1));
  CHECK(late.report.ended);
  CHECK(late.report.complete.status == ConditionStatus::False);
  CHECK(late.report.complete.reason == "DeadlineExceeded");
  CHECK(late.report.complete.message.find("no VolumeSnapshotClass for the driver") != std::string::npos);
}

TEST_CASE("one that is deleted by hand before or after it was ready is told") {
  for (const Json& status : {kSnapshotBegun, kSnapshotDone}) {
    const BackupPlan plan = planned(status, Json());
    CHECK(plan.report.ended);
    CHECK(plan.report.complete.status == ConditionStatus::False);
    CHECK(plan.report.complete.reason == "SnapshotGone");
  }
}

TEST_CASE("one that was ready and fails later is complete no more, until it is ready again") {
  const BackupPlan failed = planned(kSnapshotDone, kFailing);
  CHECK(failed.report.complete.status == ConditionStatus::False);
  CHECK(failed.report.complete.reason == "SnapshotFailing");
  const Json told = backup_status(kSnapshotDone, failed.report, kSnapshotNow);
  CHECK(told.at("completedAt") == kSnapshotDone.at("completedAt"));
  CHECK(told.at("bytes") == 1024);
  CHECK(planned(told, kReady).report.complete.holds());
}

TEST_CASE("while it is not known whether there are VolumeSnapshots, what was told stays") {
  BackupObservation done = snapshot_observation(kSnapshotDone);
  done.snapshots = Offered::Unknown;
  CHECK(decide(done, kSnapshotNow).action == SnapshotAction::Clear);
  BackupObservation begun = snapshot_observation(kSnapshotBegun);
  begun.snapshots = Offered::Unknown;
  CHECK_FALSE(decide(begun, kSnapshotNow).report.ended);
}

TEST_CASE("one that failed for good is not looked at any more") {
  Json status = kSnapshotDone;
  status.erase("location");
  CHECK(planned(status, Json()).action == SnapshotAction::Clear);
}

TEST_CASE("what a driver writes is read with care") {
  for (const Json& status : {Json("text"), Json{{"readyToUse", "true"}},
                             Json{{"error", 7}, {"restoreSize", 5}}, Json{{"restoreSize", "much"}}}) {
    const SnapshotState state = read_snapshot(seen_snapshot(status));
    CHECK_FALSE(state.ready);
    CHECK(state.bytes == 0);
  }
  const SnapshotState talkative =
      read_snapshot(seen_snapshot({{"error", {{"message", std::string(5000, 'x') + "\n"}}}}));
  CHECK(talkative.error.size() <= 610);
  CHECK(read_snapshot(seen_snapshot({{"error", Json::object()}})).error == "the driver gives no reason");
}

TEST_CASE("with its RegistryBackup goes a VolumeSnapshot that it made, and nothing else") {
  const auto action = [](const Json& status, const Json& snapshot) {
    BackupObservation observed = snapshot_observation(status, snapshot);
    observed.object =
        patched(observed.object, {{"metadata", {{"deletionTimestamp", "2026-01-01T00:29:00Z"}}}});
    return decide_deletion(observed, kSnapshotNow).action;
  };
  using Action = DeletionPlan::Action;
  CHECK(action(Json::object(), kReady) == Action::LetGo);
  CHECK(action(kSnapshotDone, kReady) == Action::RemoveSnapshot);
  CHECK(action(kSnapshotBegun, kUnready) == Action::RemoveSnapshot);
  CHECK(action(kSnapshotDone, Json()) == Action::LetGo);
  BackupObservation stuck = snapshot_observation(kSnapshotDone, kReady);
  stuck.object = patched(stuck.object, {{"metadata", {{"deletionTimestamp", "2026-01-01T00:10:00Z"}}}});
  const DeletionPlan plan = decide_deletion(stuck, kSnapshotNow);
  CHECK(plan.action == Action::LetGo);
  CHECK_FALSE(plan.left_behind.empty());
}

TEST_CASE("a schedule makes RegistryBackups by its method") {
  const auto scheduled = [](Json backup) {
    backup["schedule"] = "15 3 * * *";
    return scheduled_backup({"mcp", "mcp-registry"}, *inputs({{"backup", backup}}).spec.backup, kSnapshotNow)
        .at("spec");
  };
  const Json snapshot = scheduled({{"method", "VolumeSnapshot"}, {"snapshotClassName", "fast"}});
  CHECK(snapshot.at("method") == "VolumeSnapshot");
  CHECK(snapshot.at("snapshotClassName") == "fast");
  CHECK_FALSE(snapshot.contains("destination"));
  const Json exported = scheduled({{"destination", claim_destination()}});
  CHECK(exported.at("method") == "Export");
  CHECK(exported.at("destination") == claim_destination());
}

TEST_SUITE_END();
