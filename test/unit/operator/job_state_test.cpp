// What a Job and its pods say.
#include "controller/operator/operand/job.hpp"

#include <doctest/doctest.h>

#include "controller/operator/backup/job.hpp"
#include "test/unit/operator/backup.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;
using Phase = JobState::Phase;

JobState observed(const Json& job, const std::vector<Json>& pods) {
  return observe_job(job, pods, kBackupTerms, kFinalExitCode, WallTime());
}

}  // namespace

TEST_SUITE_BEGIN("a Job");

TEST_CASE("a Job runs while it has not ended, with or without a pod") {
  CHECK(observed(live_job(), {}).phase == Phase::Running);
  CHECK(observed(live_job(), {}).value.reason == "Starting");
  CHECK(observed(live_job(), {job_pod("a", {{"phase", "Pending"}})}).value.reason == "Starting");
  CHECK(observed(live_job(), {job_pod("a", {{"phase", "Running"}})}).value.reason == "Running");
}

TEST_CASE("what hinders a Job's pod is told while it lasts") {
  const Json unschedulable = {
      {"phase", "Pending"},
      {"conditions", Json::array({{{"type", "PodScheduled"}, {"status", "False"}, {"message", "no node"}}})}};
  const JobState state = observed(live_job(), {job_pod("a", unschedulable)});
  CHECK(state.phase == Phase::Running);
  CHECK(state.value.status == runtime::ConditionStatus::Unknown);
  CHECK(state.value.reason == "Unschedulable");
  CHECK(state.value.message.find("no node") != std::string::npos);
}

TEST_CASE("a try that failed is told beside the next, and is not the end") {
  Json first = ended_pod("a", 1, "{}");
  first["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z";
  Json second = job_pod("b", {{"phase", "Running"}});
  const JobState state = observed(live_job(), {first, second});
  CHECK(state.phase == Phase::Running);
  CHECK(state.value.message.find("exit code 1") != std::string::npos);
}

TEST_CASE("an exit code that says that no try can help ends the Job") {
  for (const int code : {2, 3})
    CHECK(observed(live_job(), {ended_pod("a", code, "")}).phase == Phase::Failed);
  for (const int code : {1, 137})
    CHECK(observed(live_job(), {ended_pod("a", code, "")}).phase == Phase::Running);
}

TEST_CASE("the last try that ended has the last word") {
  Json first = ended_pod("a", 1, "first");
  first["metadata"]["creationTimestamp"] = "2026-01-01T00:00:00Z";
  const Json second = ended_pod("b", 0, "second");
  const JobState state = observed(live_job("Complete"), {second, first});
  CHECK(state.phase == Phase::Succeeded);
  REQUIRE(state.last);
  CHECK(state.last->message == "second");
}

TEST_CASE("a Job that failed says why, by its deadline or by its pod") {
  const JobState late = observed(live_job("Failed", "DeadlineExceeded"), {});
  CHECK(late.phase == Phase::Failed);
  CHECK(late.value.reason == "DeadlineExceeded");
  Json killed = ended_pod("a", 137, "");
  killed["status"]["containerStatuses"][0]["state"]["terminated"]["reason"] = "OOMKilled";
  const JobState failed = observed(live_job("Failed", "BackoffLimitExceeded"), {killed});
  CHECK(failed.value.reason == "JobFailed");
  CHECK(failed.value.message.find("raise the Registry's spec.resources.limits.memory") != std::string::npos);
}

TEST_CASE("another Job's pods say nothing") {
  Json other = ended_pod("a", 3, "");
  other["metadata"]["ownerReferences"][0]["uid"] = "another";
  const JobState state = observed(live_job(), {other});
  CHECK(state.phase == Phase::Running);
  CHECK_FALSE(state.last);
}

TEST_SUITE_END();
