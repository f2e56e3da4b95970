// A new Registry whose claim is made from a VolumeSnapshot.
#include "controller/operator/registry/restore_snapshot.hpp"

#include <doctest/doctest.h>

#include "controller/operator/registry/observe.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/scheduled_backups.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "controller/testing/simulated_clock.hpp"
#include "crds/registry_backup.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

constexpr std::int64_t kTwentyGi = std::int64_t{20} << 30;

// A RegistryBackup "nightly" by VolumeSnapshot that is complete.
kube::Object snapshot_taken(std::int64_t bytes = 4096) {
  return registry_backup({{"spec", {{"method", "VolumeSnapshot"}, {"destination", nullptr}}},
                          {"status",
                           {{"conditions", Json::array({told_condition("Complete", "True")})},
                            {"location", "volumesnapshot://nightly"},
                            {"bytes", bytes}}}});
}

Json from_snapshot(const Json& more = Json::object()) {
  Json spec = {{"restoreFrom", {{"backupRef", {{"name", "nightly"}}}}}};
  spec.merge_patch(more);
  return spec;
}

struct SnapshotRestoring {
  SnapshotRestoring() {
    for (const kube::ResourceType& type :
         {deployment_type(), network_policy_type(), pvc_type(), pod_type(), registry_backup_type()})
      REQUIRE(cache.declare(type).ok());
    cache.start();
    REQUIRE(api.wait_for([&] { return cache.synced(); }));
  }
  void put(const kube::ResourceType& type, const Json& document) {
    const kube::Key key{"mcp", document.at("metadata").at("name")};
    api.put(type, document);
    REQUIRE(api.wait_for([&] { return cache.get({}, type, key).ok(); }));
  }
  void put_backup(std::int64_t bytes = 4096) {
    put(registry_backup_type(),
        patched(snapshot_taken(bytes), {{"metadata", {{"uid", nullptr}, {"generation", nullptr}}}}).json());
  }
  void put_claim(const Json& spec) {
    put(pvc_type(), {{"metadata", {{"namespace", "mcp"}, {"name", "mcp-registry-data"}}}, {"spec", spec}});
  }
  RegistryObservation observe(const Json& spec = from_snapshot()) {
    const Context ctx{{}, TimePoint::max(), clock, {}};
    auto seen =
        observe_registry(ctx, api, cache, discovery, identity, options, mcp_registry(), inputs(spec).spec);
    REQUIRE_MESSAGE(seen.ok(), seen.status());
    return *std::move(seen);
  }
  std::string pending(const Json& spec = from_snapshot()) {
    const RegistryObservation seen = observe(spec);
    CHECK_FALSE(seen.inputs.restore_snapshot);
    REQUIRE(seen.restore_pending);
    CHECK(seen.restore_pending->reason == "RestorePending");
    return seen.restore_pending->message;
  }

  testing::FakeApi api;
  testing::SimulatedClock clock;
  runtime::Cache cache{api, clock, {}};
  kube::Discovery discovery{api, std::chrono::seconds(60)};
  OperatorIdentity identity{api, "toolhive-system"};
  const OperatorOptions options{
      .registry_image = "example.com/default:1", .operator_namespace = "toolhive-system", .namespaces = {}};
};

bool says(const std::string& message, const char* words) {
  return message.find(words) != std::string::npos;
}

}  // namespace

TEST_SUITE_BEGIN("restoring a Registry from a VolumeSnapshot");

TEST_CASE("the claim is made from the VolumeSnapshot, and no container restores") {
  SnapshotRestoring s;
  s.put_backup();
  const RegistryInputs made = s.observe().inputs;
  REQUIRE(made.restore_snapshot);
  CHECK(at(persistent_volume_claim(made), "/spec/dataSource") ==
        Json{{"apiGroup", "snapshot.storage.k8s.io"}, {"kind", "VolumeSnapshot"}, {"name", "nightly"}});
  CHECK(at(persistent_volume_claim(made), "/spec/resources/requests/storage") == "10Gi");
  CHECK_FALSE(has(deployment(made), "/spec/template/spec/initContainers"));
  CHECK_FALSE(has(persistent_volume_claim(inputs()), "/spec/dataSource"));
}

TEST_CASE("it goes on when what it was made from is gone, and a claim keeps its source for good") {
  SnapshotRestoring s;
  s.put_claim({{"dataSource", snapshot_source("nightly")}});
  CHECK(s.observe().inputs.restore_snapshot == "nightly");
  CHECK_FALSE(s.observe().restore_pending);
  // Long after.
  const RegistryInputs later = s.observe(Json::object()).inputs;
  CHECK_FALSE(later.restore_snapshot);
  CHECK(at(persistent_volume_claim(later), "/spec/dataSource") == snapshot_source("nightly"));
}

TEST_CASE("the claim is as large as the VolumeSnapshot needs, or the spec has to ask for as much") {
  SnapshotRestoring s;
  s.put_backup(kTwentyGi);
  CHECK(at(persistent_volume_claim(s.observe().inputs), "/spec/resources/requests/storage") ==
        std::to_string(kTwentyGi));
  CHECK(s.observe(from_snapshot({{"storage", {{"size", "20Gi"}}}})).inputs.restore_snapshot);
  CHECK(
      says(s.pending(from_snapshot({{"storage", {{"size", "5Gi"}}}})), "storage.size: 5Gi is less than the"));
}

TEST_CASE("what a VolumeSnapshot cannot do is refused in a sentence, before anything is made") {
  SnapshotRestoring s;
  s.put_backup();
  CHECK(says(s.pending(from_snapshot({{"restoreFrom", {{"at", "2026-01-01T00:00:00Z"}}}})),
             "at: the VolumeSnapshot nightly has the registry as it was at one moment"));
  CHECK(says(s.pending(from_snapshot(
                 {{"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}}})),
             "set storage.type to Filesystem"));
  s.put_claim({{"accessModes", {"ReadWriteOnce"}}});
  CHECK(says(s.pending(), "is there already and was not made from the VolumeSnapshot nightly"));
}

TEST_CASE("a claim that is named is not overwritten by a VolumeSnapshot") {
  SnapshotRestoring s;
  s.put_backup();
  CHECK(
      says(s.pending(from_snapshot({{"storage", {{"existingClaim", "theirs"}}}})), "storage.existingClaim"));
}

TEST_CASE("it is restored once the claim is bound") {
  RegistryInputs made = inputs();
  made.restore_snapshot = "nightly";
  CHECK(observe_snapshot_restore(made, nullptr).reason == "Restoring");
  const Json waiting = {{"status", {{"phase", "Pending"}}}};
  CHECK(observe_snapshot_restore(made, &waiting).status == runtime::ConditionStatus::Unknown);
  const Json bound = {{"status", {{"phase", "Bound"}}}};
  CHECK(observe_snapshot_restore(made, &bound).holds());

  const RegistryObservation observed{
      .object = mcp_registry(), .status = std::make_shared<const Json>(Json::object()), .inputs = made};
  RegistryOutcome outcome{.refused = {}, .declared = made, .written = {}, .cluster = {}};
  const auto told = report_of(observed, outcome, WallTime{}).restored;
  REQUIRE(told);
  CHECK(told->reason == "Restoring");
}

TEST_CASE("no backup is made of a Registry that is being restored") {
  RegistryInputs made = inputs({{"backup", {{"schedule", "* * * * *"}, {"method", "VolumeSnapshot"}}}});
  RegistryObservation observed{
      .object = mcp_registry({{"metadata", {{"creationTimestamp", "2026-01-01T00:00:00Z"}}}}),
      .status = std::make_shared<const Json>(Json::object()),
      .inputs = made};
  CHECK(plan_backups(observed, WallTime{}));
  observed.inputs.restore_snapshot = "nightly";
  CHECK_FALSE(plan_backups(observed, WallTime{}));
}

TEST_SUITE_END();
