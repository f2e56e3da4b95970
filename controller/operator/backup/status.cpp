#include "controller/operator/backup/status.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"

namespace toolhive {

namespace {

constexpr const char* kComplete = "Complete";
constexpr const char* kStartedAt = "startedAt";
constexpr const char* kCompletedAt = "completedAt";

runtime::Conditions backup_conditions(const Json& status) {
  const Json* const conditions = value_at(status, "/conditions");
  return runtime::Conditions::from_json(conditions ? *conditions : Json::array());
}

void tell_time(const char* name, const Json& before, WallTime now, Json& status) {
  const std::string told = string_member(before, name);
  status[name] = told.empty() ? to_rfc3339(now) : told;
}

}  // namespace

Json backup_status(const Json& before, const BackupReport& report, WallTime now) {
  runtime::Conditions conditions = backup_conditions(before);
  conditions.set(to_condition(kComplete, report.complete, report.generation), now);
  Json status = {{"observedGeneration", report.generation}, {"conditions", conditions.to_json()}};
  if (report.started) tell_time(kStartedAt, before, now, status);
  if (report.ended) tell_time(kCompletedAt, before, now, status);
  if (report.snapshot_bytes) {
    status["location"] = report.location;
    if (*report.snapshot_bytes > 0) status["bytes"] = *report.snapshot_bytes;
  }
  if (!report.result) return status;
  status["tools"] = report.result->tools;
  status["servers"] = report.result->servers;
  status["bytes"] = report.result->bytes;
  status["sha256"] = report.result->sha256;
  status["location"] = report.location;
  return status;
}

bool has_started(const Json& status) {
  return !string_member(status, kStartedAt).empty();
}

bool has_ended(const Json& status) {
  return !string_member(status, kCompletedAt).empty();
}

ConditionValue told_completion(const Json& status) {
  const runtime::Conditions conditions = backup_conditions(status);
  const runtime::Condition* const complete = conditions.find(kComplete);
  return complete ? ConditionValue{complete->status, complete->reason, complete->message} : ConditionValue();
}

}  // namespace toolhive
