// A new Registry that gets what a backup holds.
#include "controller/operator/registry/restore.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "controller/operator/registry/decide.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/url_port.hpp"
#include "controller/operator/types.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using runtime::ConditionStatus;

const Json kFromBackup = {{"backupRef", {{"name", "nightly"}}}};
const Json kComplete = {{"status", {{"conditions", Json::array({told_condition("Complete", "True")})}}}};

RestoreSpec restore_spec(const Json& from) {
  return *inputs({{"restoreFrom", from}}).spec.restore_from;
}

// Of a Registry that is to be restored from the place.
RegistryInputs restoring(const Json& spec = Json::object(), const Json& destination = claim_destination(),
                         const std::string& at = "") {
  RegistryInputs made = inputs(spec);
  made.restore = RestorePlace{place_of(backup_inputs(registry_backup(Json::object(), destination))), at};
  return made;
}

const Json& restored_pod_spec(const Json& deployment) {
  return at(deployment, "/spec/template/spec");
}

// A pod of the Deployment whose init container ended, with the state under that name.
Json restoring_pod(const char* state, int exit_code, const std::string& message) {
  Json container = {{"name", "restore"}, {"state", {{"running", Json::object()}}}};
  container[state]["terminated"] = {{"exitCode", exit_code}, {"message", message}};
  return {{"metadata", registry_pod_metadata("a")},
          {"status", {{"phase", "Pending"}, {"initContainerStatuses", Json::array({container})}}}};
}

const Json kDeployment = {{"metadata", {{"name", "mcp-registry"}}}};

ConditionValue restored(const std::vector<Json>& pods) {
  return observe_restore(location_text(restoring().restore->place), &kDeployment, pods);
}

RegistryObservation restore_observation(const Json& patch, RegistryInputs made) {
  const kube::Object object = mcp_registry(patch);
  return {.object = object, .status = object.status(), .inputs = std::move(made)};
}

Json reported(const RegistryReport& report) {
  return registry_status(Json::object(), report, WallTime());
}
std::string reason_of(const Json& status, const char* type) {
  for (const Json& condition : status.at("conditions"))
    if (condition.at("type") == type) return condition.at("reason");
  return "absent";
}

}  // namespace

TEST_SUITE_BEGIN("restoring a Registry");

TEST_CASE("a Registry is restored by a container that ends before the service begins") {
  const Json pod =
      restored_pod_spec(deployment(restoring(Json::object(), s3_destination(), "2026-01-31T12:00:00Z")));
  REQUIRE(pod.at("initContainers").size() == 1);
  const Json& container = at(pod, "/initContainers/0");
  CHECK(command_words(container.at("args")) ==
        "restore --config /etc/mcp-registry/config/registry.json --from s3://backups/mcp/nightly "
        "--s3-endpoint https://s3.example --s3-region us-east-1 --s3-credentials /etc/mcp-registry/backup "
        "--s3-path-style --at 2026-01-31T12:00:00Z --report /dev/termination-log");
  CHECK(container.at("image") == "example.com/mcp-registry:1");
  CHECK(at(container, "/securityContext/readOnlyRootFilesystem") == true);
  CHECK(pod.at("containers").size() == 1);
}

TEST_CASE("what restores has the data to write, and the backup to read") {
  const Json pod = restored_pod_spec(deployment(restoring()));
  const Json& mounts = at(pod, "/initContainers/0/volumeMounts");
  const auto mount = [&](const char* name) {
    return *std::find_if(mounts.begin(), mounts.end(),
                         [&](const Json& each) { return each.at("name") == name; });
  };
  CHECK_FALSE(mount("data").contains("readOnly"));
  CHECK(mount("backup").at("readOnly") == true);
  CHECK(pod.at("volumes").back().at("name") == "backup");
}

TEST_CASE("a Registry that has nothing to restore is made as ever") {
  CHECK_FALSE(restored_pod_spec(deployment(inputs())).contains("initContainers"));
  CHECK(deployment(inputs({{"restoreFrom", kFromBackup}})) == deployment(inputs()));
}

TEST_CASE("a database is restored by one pod alone, and served by all after") {
  const Json spec = {
      {"replicas", 3},
      {"availability", {{"autoscaling", {{"maxReplicas", 5}}}}},
      {"storage", {{"type", "PostgreSQL"}, {"postgresql", {{"secretRef", {{"name", "db"}}}}}}}};
  const Json during = deployment(restoring(spec));
  CHECK(at(during, "/spec/replicas") == 1);
  CHECK(at(during, "/spec/strategy") == Json{{"type", "Recreate"}});
  CHECK(row(pod_autoscaler_type()).presence(restoring(spec), Cluster{}) == Presence::Removed);
  CHECK(at(deployment(inputs(spec)), "/spec/replicas") == 3);
  CHECK(at(deployment(inputs(spec)), "/spec/strategy/type") == "RollingUpdate");
}

TEST_CASE("files that several pods share are restored by one pod alone, and served by all after") {
  const Json spec = {{"replicas", 3}, {"storage", {{"accessModes", {"ReadWriteMany"}}}}};
  const Json during = deployment(restoring(spec));
  CHECK(at(during, "/spec/replicas") == 1);
  CHECK(at(during, "/spec/strategy") == Json{{"type", "Recreate"}});
  CHECK(at(deployment(inputs(spec)), "/spec/replicas") == 3);
  CHECK(at(deployment(inputs(spec)), "/spec/strategy/type") == "RollingUpdate");
}

TEST_CASE("the NetworkPolicy lets out to the S3 service while there is something to restore from it") {
  const auto egress = [](const RegistryInputs& made) { return at(network_policy(made), "/spec/egress"); };
  const std::size_t usual = egress(inputs()).size();
  CHECK(egress(restoring()).size() == usual);
  const Json open = egress(restoring(Json::object(), s3_destination()));
  REQUIRE(open.size() == usual + 1);
  CHECK(at(open.back(), "/ports/0/port") == 443);
}

TEST_CASE("a URL leads to the port that it names, or to its scheme's") {
  CHECK(url_port("https://s3.example") == 443);
  CHECK(url_port("http://s3.example/path:1") == 80);
  CHECK(url_port("http://s3.example:9000") == 9000);
  CHECK(url_port("https://[::1]:9000/a") == 9000);
  CHECK(url_port("https://[::1]") == 443);
  CHECK(url_port("https://s3.example:99999") == 443);
  CHECK(url_port("s3.example:9000") == 443);
}

TEST_CASE("what a complete RegistryBackup holds is restored, and another one is waited for") {
  const kube::Object complete = registry_backup(kComplete);
  const RestoreSource source = restore_source(restore_spec(kFromBackup), &complete);
  REQUIRE(source.place);
  CHECK(location_text(source.place->place) == "pvc://backups/mcp/nightly");
  const kube::Object running = registry_backup();
  for (const kube::Object* backup : {static_cast<const kube::Object*>(nullptr), &running}) {
    const RestoreSource none = restore_source(restore_spec(kFromBackup), backup);
    CHECK_FALSE(none.place);
    REQUIRE(none.pending);
    CHECK(none.pending->reason == "RestorePending");
  }
}

TEST_CASE("a place without a RegistryBackup is restored from as it stands") {
  const RestoreSource source = restore_source(
      restore_spec({{"destination", s3_destination()}, {"name", "old"}, {"at", "2026-01-31T12:00:00Z"}}),
      nullptr);
  REQUIRE(source.place);
  CHECK(location_text(source.place->place) == "s3://backups/mcp/old");
  CHECK(source.place->at == "2026-01-31T12:00:00Z");
}

TEST_CASE("a Registry does not serve before it is known what is to be restored") {
  RegistryObservation observed = restore_observation(Json::object(), inputs());
  observed.restore_pending = ConditionValue::unknown("RestorePending", "there is no such backup");
  const RegistryPlan plan = decide(observed, std::nullopt);
  REQUIRE(plan.refused);
  CHECK(plan.refused->reason == "RestorePending");
}

// Of an operator that knows of the restore by the Deployment alone.
Json status_after_restart(const Json& pod_state) {
  RegistryObservation observed =
      restore_observation({{"spec", {{"restoreFrom", kFromBackup}}}}, inputs({{"restoreFrom", kFromBackup}}));
  Json running = deployment(restoring());
  running["metadata"]["uid"] = "uid-of-the-deployment";
  observed.running.push_back({deployment_type(), *kube::Object::from(running)});
  observed.pods.push_back(*kube::Object::from(pod_state));
  observed.restore_pending = restore_source(restore_spec(kFromBackup), nullptr, true).pending;
  RegistryOutcome outcome{.refused = observed.restore_pending, .declared = {}, .written = {}, .cluster = {}};
  return registry_status(Json::object(), report_of(observed, outcome, WallTime()), WallTime());
}

TEST_CASE("a restore that has begun is told of to its end though its RegistryBackup is gone") {
  CHECK(restores(deployment(restoring())));
  CHECK_FALSE(restores(deployment(inputs())));
  const Json good = status_after_restart(restoring_pod("state", 0, kGoodReport));
  CHECK(is_restored(good));
  CHECK(reason_of(good, "Accepted") == "RestorePending");
  const Json bad = status_after_restart(restoring_pod("lastState", 3, R"({"error":"there is no backup"})"));
  CHECK(reason_of(bad, "Restored") == "RestoreFailed");
  const RestoreSource gone = restore_source(restore_spec(kFromBackup), nullptr, true);
  CHECK(gone.pending->message.find("goes on") != std::string::npos);
}

TEST_CASE("the end of the container says whether the registry is restored") {
  CHECK(restored({}).reason == "Restoring");
  const ConditionValue good = restored({restoring_pod("state", 0, kGoodReport)});
  CHECK(good.holds());
  CHECK(good.message == "3 tools and 1 servers of pvc://backups/mcp/nightly are in the registry");
  for (const char* state : {"state", "lastState"}) {
    const ConditionValue bad = restored({restoring_pod(state, 3, R"({"error":"the checksum is wrong"})")});
    CHECK(bad.status == ConditionStatus::False);
    CHECK(bad.reason == "RestoreFailed");
    CHECK(bad.message.find("the checksum is wrong") != std::string::npos);
  }
}

TEST_CASE("a pod of something else says nothing of it") {
  Json other = restoring_pod("state", 0, kGoodReport);
  other["metadata"]["ownerReferences"][0]["name"] = "another-5d8f";
  CHECK(restored({other}).reason == "Restoring");
}

TEST_CASE("a Registry is ready after it is restored, and says before why it is not") {
  RegistryReport report;
  report.key = {"mcp", "mcp-registry"};
  report.storage = ConditionValue::yes("Bound", "");
  report.rollout.settled = report.rollout.available = ConditionValue::no("Starting", "");
  report.restores = true;
  report.restored = ConditionValue::unknown("Restoring", "");
  CHECK(reason_of(reported(report), "Ready") == "Restoring");
  CHECK(reason_of(reported(report), "Degraded") == "AsExpected");
  report.rollout.settled = ConditionValue::no("Unschedulable", "");
  CHECK(reason_of(reported(report), "Ready") == "Unschedulable");
  report.restored = ConditionValue::no("RestoreFailed", "");
  CHECK(reason_of(reported(report), "Ready") == "RestoreFailed");
  CHECK(reason_of(reported(report), "Degraded") == "RestoreFailed");
  report.restored = ConditionValue::yes("Restored", "");
  report.rollout.settled = ConditionValue::yes("Serving", "");
  CHECK(reason_of(reported(report), "Ready") == "Serving");
}

TEST_CASE("that a Registry was restored is remembered, as long as it says from what") {
  RegistryReport report;
  report.restores = true;
  report.restored = ConditionValue::yes("Restored", "");
  const Json told = reported(report);
  CHECK(is_restored(told));
  CHECK_FALSE(is_restored(Json::object()));
  report.restored.reset();
  CHECK(reason_of(registry_status(told, report, WallTime()), "Restored") == "Restored");
  report.restores = false;
  CHECK(reason_of(registry_status(told, report, WallTime()), "Restored") == "absent");
}

TEST_CASE("once it is restored the Registry is looked at again at once, to serve without what restored it") {
  RegistryObservation observed = restore_observation(Json::object(), restoring());
  RegistryReport waiting;
  waiting.restored = ConditionValue::unknown("Restoring", "");
  RegistryReport done;
  done.restored = ConditionValue::yes("Restored", "");
  CHECK(look_again(observed, {}, done) < std::chrono::seconds(1));
  CHECK(look_again(observed, {}, waiting) > std::chrono::seconds(1));
}

TEST_SUITE_END();
