// What is done for a RegistryBackup, and what is told of it.
#include "controller/operator/backup/decide.hpp"

#include <doctest/doctest.h>

#include "controller/base/time.hpp"
#include "controller/operator/backup/deletion.hpp"
#include "controller/operator/labels.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using BackupAction = BackupPlan::Action;
using DeletionAction = DeletionPlan::Action;
using runtime::ConditionStatus;

const WallTime kBackupNow = to_wall_time(*parse_rfc3339("2026-01-01T01:00:00Z"));

const Json kStarted = {{"status", {{"startedAt", "2026-01-01T00:00:00Z"}}}};

BackupObservation with_job(const Json& job, std::vector<Json> pods, const Json& patch = kStarted) {
  BackupObservation observed = backup_observation(registry_backup(patch));
  observed.backup_job = std::make_shared<const Json>(job);
  observed.pods = std::move(pods);
  return observed;
}

BackupReport report_of_job(const Json& job, std::vector<Json> pods, const Json& patch = kStarted) {
  const BackupPlan plan = decide(with_job(job, std::move(pods), patch), kBackupNow);
  CHECK(plan.action == BackupAction::Tell);
  return plan.report;
}

// One that is being deleted since `time`.
BackupObservation leaving_backup(const Json& status, const char* time = "2026-01-01T00:59:00Z") {
  return backup_observation(registry_backup(
      {{"metadata", {{"deletionTimestamp", time}, {"finalizers", Json::array({kDeleteBackupFinalizer})}}},
       {"status", status}}));
}
const Json kCompleted = {{"startedAt", "2026-01-01T00:00:00Z"}, {"completedAt", "2026-01-01T00:01:00Z"}};

}  // namespace

TEST_SUITE_BEGIN("what is done for a RegistryBackup");

TEST_CASE("a Job is made for a RegistryBackup that has none") {
  const BackupPlan plan = decide(backup_observation(), kBackupNow);
  CHECK(plan.action == BackupAction::Start);
  CHECK(plan.report.started);
  CHECK(plan.report.complete.status == ConditionStatus::Unknown);
}

TEST_CASE("nothing is made while it cannot be, and it is looked at again") {
  BackupObservation without_registry = backup_observation();
  without_registry.inputs.registry.reset();
  BackupObservation taken = backup_observation();
  taken.claim_is_taken = true;
  const BackupObservation into_itself =
      backup_observation(registry_backup(Json::object(), {{"claim", {{"name", "mcp-registry-data"}}}}));
  const std::pair<const BackupObservation*, const char*> cases[] = {
      {&without_registry, "RegistryNotFound"}, {&taken, "ClaimInUse"}, {&into_itself, "InvalidSpec"}};
  for (const auto& [observed, reason] : cases) {
    CAPTURE(reason);
    const BackupPlan plan = decide(*observed, kBackupNow);
    CHECK(plan.action == BackupAction::Tell);
    CHECK(plan.look_again);
    CHECK_FALSE(plan.report.started);
    CHECK_FALSE(plan.report.ended);
    CHECK(plan.report.complete.reason == reason);
    CHECK(plan.report.complete.status == ConditionStatus::False);
  }
}

TEST_CASE("a backup that ended well is told with what it holds") {
  const BackupReport report = report_of_job(live_job("Complete"), {ended_pod("a", 0, kGoodReport)});
  CHECK(report.ended);
  CHECK(report.complete.holds());
  CHECK(report.complete.message ==
        "3 tools and 1 servers are at pvc://backups/mcp/nightly, and were read back");
  REQUIRE(report.result);
  CHECK(report.result->bytes == 4096);
  CHECK(report.result->sha256 == "ab12");
}

TEST_CASE("a backup whose result is lost is not taken for complete") {
  for (const auto& pods : {std::vector<Json>{}, std::vector<Json>{ended_pod("a", 0, "{\"tools\":3}")}}) {
    const BackupReport report = report_of_job(live_job("Complete"), pods);
    CHECK(report.ended);
    CHECK(report.complete.reason == "ResultUnknown");
    CHECK_FALSE(report.result);
  }
}

TEST_CASE("a Job's end may be heard of before its pod's, and its words are waited for a while") {
  for (const char* condition : {"Complete", "Failed"}) {
    Json job = live_job(condition);
    job["status"]["conditions"][0]["lastTransitionTime"] = to_rfc3339(kBackupNow - std::chrono::seconds(19));
    const BackupReport waiting = report_of_job(job, {});
    CHECK_FALSE(waiting.ended);
    CHECK(waiting.complete.status == ConditionStatus::Unknown);
    job["status"]["conditions"][0]["lastTransitionTime"] = to_rfc3339(kBackupNow - std::chrono::seconds(21));
    CHECK(report_of_job(job, {}).ended);
  }
}

TEST_CASE("a backup that failed is told in the program's words") {
  const BackupReport report =
      report_of_job(live_job("Failed", "BackoffLimitExceeded"),
                    {ended_pod("a", 1, R"({"error":"/backup is full; make the claim larger"})")});
  CHECK(report.ended);
  CHECK(report.complete.status == ConditionStatus::False);
  CHECK(report.complete.reason == "JobFailed");
  CHECK(report.complete.message.starts_with("/backup is full; make the claim larger ("));
}

TEST_CASE("a backup that ran out of time is told with what it waited for") {
  Json waiting = kStarted;
  waiting["status"]["conditions"] = Json::array({{{"type", "Complete"},
                                                  {"status", "Unknown"},
                                                  {"reason", "ImagePullBackOff"},
                                                  {"message", "no such image"}}});
  const BackupReport report = report_of_job(live_job("Failed", "DeadlineExceeded"), {}, waiting);
  CHECK(report.complete.reason == "DeadlineExceeded");
  CHECK(report.complete.message.find("ImagePullBackOff: no such image") != std::string::npos);
}

TEST_CASE("a Job that somebody deleted is told, and not made again") {
  const BackupPlan plan = decide(backup_observation(registry_backup(kStarted)), kBackupNow);
  CHECK(plan.action == BackupAction::Tell);
  CHECK(plan.report.ended);
  CHECK(plan.report.complete.reason == "JobGone");
}

TEST_CASE("once its end is told the Job is removed, and nothing more is told") {
  const auto plan = decide(with_job(live_job("Complete"), {}, {{"status", kCompleted}}), kBackupNow);
  CHECK(plan.action == BackupAction::Clear);
}

TEST_CASE("a status keeps the times that it has") {
  BackupReport report{.generation = 2, .complete = ConditionValue::yes("Completed", "")};
  report.started = report.ended = true;
  const Json fresh = backup_status(Json::object(), report, kBackupNow);
  CHECK(fresh.at("startedAt") == "2026-01-01T01:00:00Z");
  CHECK(fresh.at("completedAt") == "2026-01-01T01:00:00Z");
  CHECK(fresh.at("observedGeneration") == 2);
  CHECK(backup_status(kCompleted, report, kBackupNow).at("startedAt") == "2026-01-01T00:00:00Z");
  CHECK(backup_status(kCompleted, report, kBackupNow).at("completedAt") == "2026-01-01T00:01:00Z");
}

TEST_CASE("a RegistryBackup that never wrote anything goes at once") {
  const DeletionPlan plan = decide_deletion(leaving_backup(Json::object()), kBackupNow);
  CHECK(plan.action == DeletionAction::LetGo);
  CHECK(plan.left_behind.empty());
}

TEST_CASE("what was written is deleted after what still writes is stopped") {
  BackupObservation observed = leaving_backup(kStarted.at("status"));
  observed.backup_job = std::make_shared<const Json>(live_job());
  observed.pods = {job_pod("a", {{"phase", "Running"}})};
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::StopBackup);
  observed.backup_job.reset();
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::Wait);
  observed.pods.clear();
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::Delete);
}

TEST_CASE("it goes when what it wrote is deleted, or was not there") {
  BackupObservation observed = leaving_backup(kCompleted);
  observed.delete_job = std::make_shared<const Json>(live_job());
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::Wait);
  observed.delete_job = std::make_shared<const Json>(live_job("Complete"));
  CHECK(decide_deletion(observed, kBackupNow).left_behind.empty());
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::LetGo);
  observed.delete_job = std::make_shared<const Json>(live_job());
  observed.pods = {ended_pod("a", 3, R"({"error":"no such backup"})")};
  CHECK(decide_deletion(observed, kBackupNow).action == DeletionAction::LetGo);
  CHECK(decide_deletion(observed, kBackupNow).left_behind.empty());
}

TEST_CASE("a place that cannot be reached holds a deletion up, but not for ever") {
  BackupObservation observed = leaving_backup(kCompleted);
  observed.delete_job = std::make_shared<const Json>(live_job("Failed", "BackoffLimitExceeded"));
  observed.pods = {ended_pod("a", 1, R"({"error":"s3.example does not answer"})")};
  const DeletionPlan plan = decide_deletion(observed, kBackupNow);
  CHECK(plan.action == DeletionAction::LetGo);
  CHECK(plan.left_behind == "s3.example does not answer");
  const DeletionPlan late = decide_deletion(leaving_backup(kCompleted, "2026-01-01T00:40:00Z"), kBackupNow);
  CHECK(late.action == DeletionAction::LetGo);
  CHECK_FALSE(late.left_behind.empty());
}

TEST_SUITE_END();
