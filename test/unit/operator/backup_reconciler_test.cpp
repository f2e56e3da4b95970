// The reconciler of RegistryBackups as a whole, pass after pass.
#include "controller/operator/backup/reconciler.hpp"
#include "controller/operator/backup_schedule/known_backup.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <future>

#include "controller/base/time.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "controller/testing/fake_api.hpp"
#include "test/unit/operator/backup.hpp"
#include "test/unit/operator/fake_registry.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using kube::Key;

const Key kBackupKey{"mcp", "nightly"};

// The machine's, at a time of its own: objects of the API server in memory are deleted at that
// time.
class FixedWall final : public Clock {
 public:
  TimePoint now() const override { return system_clock().now(); }
  WallTime wall() const override { return to_wall_time(*parse_rfc3339("2026-01-01T00:01:10Z")); }
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& cv,
                  TimePoint deadline) override {
    system_clock().wait_until(lock, cv, deadline);
  }
};

// Both reconcilers at work on a Registry that the operator leaves as it is.
struct BackingUp {
  explicit BackingUp(bool snapshots = false) {
    if (snapshots) api->offer(volume_snapshot_type(), true);
    registries.attach();
    backups.attach();
    api->put(registry_type(),
             without_uid(mcp_registry({{"metadata", {{"annotations", {{kPausedAnnotation, "true"}}}}}})));
    done = std::async(std::launch::async, [this] { return manager.run(stop.get_token()); });
  }
  ~BackingUp() {
    stop.request_stop();
    CHECK(done.get().ok());
  }

  static Json without_uid(const kube::Object& object) {
    return patched(object, {{"metadata", {{"uid", nullptr}, {"generation", nullptr}}}}).json();
  }
  static runtime::ManagerOptions options(Clock& clock) {
    runtime::ManagerOptions options;
    options.clock = &clock;
    options.name = kOperatorName;
    options.owner_label = kOwnerLabel;
    return options;
  }
  void put(const Json& patch = Json::object()) {
    api->put(registry_backup_type(), without_uid(registry_backup(patch)));
  }
  std::string uid() const { return std::string(api->find(registry_backup_type(), kBackupKey)->meta().uid); }
  Key job(const std::string& prefix = "backup-") const { return {"mcp", prefix + uid()}; }
  bool has_job(const std::string& prefix = "backup-") const {
    return api->find(job_type(), job(prefix)).has_value();
  }
  // What its container left, and the Job's own condition.
  void end_job(int exit_code, const std::string& message, const char* condition,
               const std::string& prefix = "backup-") {
    Json ended = api->find(job_type(), job(prefix))->json();
    Json pod = ended_pod(prefix + "pod", exit_code, message);
    pod["metadata"]["labels"] = backup_labels("nightly");
    pod["metadata"]["ownerReferences"][0]["uid"] = ended.at("metadata").at("uid");
    api->put(pod_type(), pod);
    ended["status"]["conditions"] = Json::array(
        {{{"type", condition}, {"status", "True"}, {"lastTransitionTime", to_rfc3339(clock.wall())}}});
    api->put(job_type(), ended);
  }
  // Up to the Job that deletes what was written.
  void delete_completed() {
    put();
    REQUIRE(says("Starting"));
    end_job(0, kGoodReport, "Complete");
    REQUIRE(says("Completed"));
    REQUIRE(manager.client().remove(Context{}, registry_backup_type(), kBackupKey).ok());
    REQUIRE(api->wait_for([&] { return has_job("delete-backup-"); }));
  }
  Json status() const {
    const auto backup = api->find(registry_backup_type(), kBackupKey);
    return backup ? *backup->status() : Json::object();
  }
  bool says(const char* reason) const {
    return api->wait_for([&] {
      const auto all = runtime::Conditions::from_json(status().value("conditions", Json::array()));
      const runtime::Condition* found = all.find("Complete");
      return found && found->reason == reason;
    });
  }

  FixedWall clock;
  std::stop_source stop;
  std::shared_ptr<testing::FakeApi> api = std::make_shared<testing::FakeApi>();
  runtime::Manager manager{std::static_pointer_cast<kube::Client>(api),
                           std::static_pointer_cast<kube::Client>(api), options(clock)};
  AccessTo<FakeRegistry> access;
  OperatorIdentity identity{manager.client(), "toolhive-system"};
  OperatorOptions operator_options{
      .registry_image = "example.com/mcp-registry:1", .operator_namespace = {}, .namespaces = {}};
  RegistryReconciler registries{manager, access, identity, operator_options};
  BackupReconciler backups{manager, operator_options};
  std::future<Status> done;
};

}  // namespace

TEST_SUITE_BEGIN("the reconciler of RegistryBackups");

TEST_CASE("a backup is made once, told, and its Job removed") {
  BackingUp b;
  b.put();
  REQUIRE(b.says("Starting"));
  REQUIRE(b.has_job());
  const auto files = b.api->find(config_map_type(), b.job());
  REQUIRE(files);
  CHECK(has(files->json(), "/data/registry.json"));
  CHECK(b.api->find(network_policy_type(), b.job()));
  b.end_job(0, kGoodReport, "Complete");
  REQUIRE(b.says("Completed"));
  CHECK(b.api->wait_for([&] {
    return !b.has_job() && !b.api->find(config_map_type(), b.job()) &&
           !b.api->find(network_policy_type(), b.job());
  }));
  CHECK(b.status().at("tools") == 3);
  CHECK(b.status().at("location") == "pvc://backups/mcp/nightly");
  const Json ended = b.status();
  b.put({{"metadata", {{"labels", {{"touched", "yes"}}}}}, {"status", ended}});
  CHECK(b.api->wait_for([&] {
    return b.manager.metrics().text().find("controller=\"registrybackup\",result=\"success\"") !=
           std::string::npos;
  }));
  CHECK_FALSE(b.has_job());
}

TEST_CASE("a RegistryBackup that comes before its Registry is made once that is there") {
  BackingUp b;
  b.api->remove(registry_type(), {"mcp", "mcp-registry"});
  b.put();
  REQUIRE(b.says("RegistryNotFound"));
  CHECK_FALSE(b.has_job());
  b.api->put(
      registry_type(),
      BackingUp::without_uid(mcp_registry({{"metadata", {{"annotations", {{kPausedAnnotation, "true"}}}}}})));
  CHECK(b.says("Starting"));
  CHECK(b.has_job());
}

TEST_CASE("no Job is made while the files that its pod mounts, or its network policy, cannot be") {
  for (const auto& type : {config_map_type(), network_policy_type()}) {
    CAPTURE(type.kind);
    BackingUp b;
    std::atomic<bool> broken = true;
    b.api->fail_with([&](const kube::ApiCall& call) {
      const bool fails = broken && call.type == type && call.verb == kube::ApiCall::Verb::Apply;
      return fails ? Status(Code::Unavailable, "webhook is down").with_http_status(500) : Status();
    });
    b.put();
    CHECK(b.says("OperandError"));
    CHECK_FALSE(b.has_job());
    broken = false;
    CHECK(b.says("Starting"));
    CHECK(b.has_job());
  }
}

TEST_CASE("a deleted RegistryBackup takes with it what it wrote, and then goes") {
  BackingUp b;
  b.delete_completed();
  const Key job = b.job("delete-backup-");
  CHECK_FALSE(b.api->find(job_type(), job)->meta().controller());
  CHECK(b.api->find(network_policy_type(), job));
  b.end_job(0, "{}", "Complete", "delete-backup-");
  CHECK(b.api->wait_for([&] { return !b.api->find(registry_backup_type(), kBackupKey); }));
  CHECK(b.api->wait_for(
      [&] { return !b.api->find(job_type(), job) && !b.api->find(network_policy_type(), job); }));
}

TEST_CASE("what was deleted is not deleted again because its finalizer or the Job's network policy stay") {
  using Verb = kube::ApiCall::Verb;
  const std::pair<kube::ResourceType, Verb> stuck[] = {{registry_backup_type(), Verb::Patch},
                                                       {network_policy_type(), Verb::Delete}};
  for (const auto& [type, verb] : stuck) {
    CAPTURE(type.kind);
    BackingUp b;
    b.delete_completed();
    const Key job = b.job("delete-backup-");
    std::atomic<int> refused{0}, made{0};
    b.api->fail_with([&](const kube::ApiCall& call) -> Status {
      if (call.type == job_type() && call.verb == Verb::Apply) ++made;
      if (call.type != type || call.verb != verb || ++refused > 3) return {};
      return {Code::Unavailable, "away"};
    });
    b.end_job(0, "{}", "Complete", "delete-backup-");
    CHECK(b.api->wait_for([&] { return !b.api->find(registry_backup_type(), kBackupKey); }));
    CHECK(refused > 3);
    CHECK(made == 0);
    CHECK_FALSE(b.api->find(network_policy_type(), job));
  }
}

// The snapshot controller and the driver are played by the test.
TEST_CASE("a VolumeSnapshot is made, told as the driver says, and goes with its RegistryBackup") {
  BackingUp b(true);
  b.api->put(
      pvc_type(),
      {{"metadata",
        {{"namespace", "mcp"}, {"name", "mcp-registry-data"}, {"labels", operand_labels("mcp-registry")}}}});
  b.put({{"spec", {{"method", "VolumeSnapshot"}, {"destination", nullptr}}}});
  REQUIRE(b.says("SnapshotPending"));
  const auto drive = [&](const Json& status) {
    Json snapshot = b.api->find(volume_snapshot_type(), kBackupKey)->json();
    snapshot["status"] = status;
    b.api->put(volume_snapshot_type(), snapshot);
  };
  drive({{"readyToUse", false}, {"error", {{"message", "the array is busy"}}}});
  REQUIRE(b.says("SnapshotFailing"));
  drive({{"readyToUse", true}, {"restoreSize", "1Gi"}});
  REQUIRE(b.says("Completed"));
  CHECK(b.status().at("location") == "volumesnapshot://nightly");
  CHECK_FALSE(b.has_job());
  drive({{"readyToUse", false}, {"error", {{"message", "the content is lost"}}}});
  REQUIRE(b.says("SnapshotFailing"));
  drive({{"readyToUse", true}, {"restoreSize", "1Gi"}});
  REQUIRE(b.says("Completed"));
  REQUIRE(b.manager.client().remove(Context{}, registry_backup_type(), kBackupKey).ok());
  CHECK(b.api->wait_for([&] {
    return !b.api->find(volume_snapshot_type(), kBackupKey) &&
           !b.api->find(registry_backup_type(), kBackupKey);
  }));
}

TEST_CASE("without the Registry's NetworkPolicy a backup has none either") {
  BackingUp b;
  b.api->put(
      registry_type(),
      BackingUp::without_uid(mcp_registry({{"metadata", {{"annotations", {{kPausedAnnotation, "true"}}}}},
                                           {"spec", {{"networkPolicy", {{"enabled", false}}}}}})));
  REQUIRE(b.api->wait_for([&] {
    const auto seen = b.manager.cache().get(Context{}, registry_type(), {"mcp", "mcp-registry"});
    return seen.ok() && has(seen->json(), "/spec/networkPolicy/enabled");
  }));
  b.put();
  REQUIRE(b.says("Starting"));
  REQUIRE(b.has_job());
  CHECK_FALSE(b.api->find(network_policy_type(), b.job()));
}

TEST_CASE("one that retains what it wrote goes at once") {
  BackingUp b;
  b.put({{"spec", {{"deletionPolicy", "Retain"}}}});
  REQUIRE(b.says("Starting"));
  b.end_job(0, kGoodReport, "Complete");
  REQUIRE(b.says("Completed"));
  REQUIRE(b.manager.client().remove(Context{}, registry_backup_type(), kBackupKey).ok());
  CHECK(b.api->wait_for([&] { return !b.api->find(registry_backup_type(), kBackupKey); }));
  CHECK(b.api->count("APPLY jobs.batch mcp/delete-backup-") == 0);
}

TEST_CASE("a Registry with a schedule is backed up when a run is due, and says so") {
  BackingUp b;
  const Json schedule = {{"schedule", "* * * * *"}, {"destination", claim_destination()}};
  b.api->put(registry_type(), BackingUp::without_uid(mcp_registry({{"metadata", {{"annotations", nullptr}}},
                                                                   {"spec", {{"backup", schedule}}}})));
  const Key run{"mcp", "mcp-registry-202601010001"};
  REQUIRE(b.api->wait_for([&] { return b.api->find(registry_backup_type(), run).has_value(); }));
  CHECK(b.api->find(registry_backup_type(), run)->meta().owners.empty());
  const Key registry{"mcp", "mcp-registry"};
  const auto told = [&] { return *b.api->find(registry_type(), registry)->status(); };
  CHECK(b.api->wait_for([&] { return told().value("lastSchedule", "") == "2026-01-01T00:01:00Z"; }));
  const auto conditions = runtime::Conditions::from_json(told().value("conditions", Json::array()));
  REQUIRE(conditions.find("BackupHealthy"));
  CHECK(conditions.find("BackupHealthy")->reason == "NoBackupYet");
  const std::string series =
      "mcp_registry_backup_healthy{registry=\"mcp-registry\",registry_namespace=\"mcp\"} 1";
  CHECK(b.api->wait_for([&] { return b.manager.metrics().text().find(series) != std::string::npos; }));
  b.api->remove(registry_type(), registry);
  CHECK(b.api->wait_for([&] { return b.manager.metrics().text().find(series) == std::string::npos; }));
  CHECK(b.api->find(registry_backup_type(), run).has_value());
}

TEST_CASE("a run that is there is told, though the operator ended before it said that it made it") {
  BackingUp b;
  b.put({{"metadata",
          {{"labels", {{kRegistryLabel, "mcp-registry"}}},
           {"annotations", {{kScheduledAtAnnotation, "2026-01-01T00:00:00Z"}}}}}});
  const Json schedule = {{"schedule", "* * * * *"}, {"suspend", true}, {"destination", claim_destination()}};
  b.api->put(registry_type(), BackingUp::without_uid(mcp_registry({{"metadata", {{"annotations", nullptr}}},
                                                                   {"spec", {{"backup", schedule}}}})));
  CHECK(b.api->wait_for([&] {
    const auto registry = b.api->find(registry_type(), {"mcp", "mcp-registry"});
    return registry &&
           registry->json().value("/status/lastSchedule"_json_pointer, "") == "2026-01-01T00:00:00Z";
  }));
}

TEST_SUITE_END();
