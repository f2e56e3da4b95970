#include "controller/operator/backup_schedule/known_backup.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

namespace {

using State = KnownBackup::State;
using runtime::ConditionStatus;

State state_of(const runtime::Condition* complete, bool over) {
  if (complete && complete->status == ConditionStatus::True) return State::Complete;
  if (over) return State::Failed;
  return complete && complete->status == ConditionStatus::False ? State::Hindered : State::UnderWay;
}

Json destination_json(const BackupDestination& destination) {
  if (destination.claim) {
    Json claim = {{"name", destination.claim->name}};
    if (!destination.claim->path.empty()) claim["path"] = destination.claim->path;
    return {{"claim", std::move(claim)}};
  }
  const BackupDestination::S3& given = *destination.s3;
  Json s3 = {{"endpoint", given.endpoint},
             {"bucket", given.bucket},
             {"region", given.region},
             {"pathStyle", given.path_style},
             {"secretRef", {{"name", given.secret}}}};
  if (!given.prefix.empty()) s3["prefix"] = given.prefix;
  return {{"s3", std::move(s3)}};
}

}  // namespace

std::optional<WallTime> time_of(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? std::optional(to_wall_time(*time)) : std::nullopt;
}

KnownBackup known_backup(const kube::Object& backup) {
  const Json document = backup.json();
  const Json* const told = value_at(document, "/status/conditions");
  const auto conditions = runtime::Conditions::from_json(told ? *told : Json::array());
  const runtime::Condition* const complete = conditions.find("Complete");
  const auto completed = time_of(text_at(document, "/status/completedAt"));
  KnownBackup known;
  known.name = std::string(backup.meta().name);
  if (const auto run = backup.meta().annotations.get(kScheduledAtAnnotation)) known.scheduled = time_of(*run);
  known.state = state_of(complete, completed.has_value());
  known.completed = completed.value_or(WallTime());
  known.leaving = backup.meta().deleting();
  if (complete) known.message = complete->message;
  return known;
}

namespace {

Json scheduled_spec(const kube::Key& registry, const BackupSchedule& schedule) {
  Json spec = {{"registryRef", {{"name", registry.name}}}, {"deadlineSeconds", schedule.deadline_seconds}};
  if (schedule.method == RegistryBackupSpec::Method::VolumeSnapshot) {
    spec["method"] = "VolumeSnapshot";
    if (!schedule.snapshot_class_name.empty()) spec["snapshotClassName"] = schedule.snapshot_class_name;
    return spec;
  }
  spec["method"] = "Export";
  spec["destination"] = destination_json(schedule.destination);
  return spec;
}

}  // namespace

Json scheduled_backup(const kube::Key& registry, const BackupSchedule& schedule, WallTime run) {
  return {{"metadata",
           {{"name", scheduled_name(registry.name, run)},
            {"namespace", registry.ns},
            {"labels", {{kRegistryLabel, registry.name}}},
            {"annotations", {{kScheduledAtAnnotation, to_rfc3339(run)}}}}},
          {"spec", scheduled_spec(registry, schedule)}};
}

}  // namespace toolhive
