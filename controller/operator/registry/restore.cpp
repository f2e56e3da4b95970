#include "controller/operator/registry/restore.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/ref.hpp"
#include "controller/operator/operand/object_condition.hpp"
#include "controller/operator/operand/pod.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/backup_result.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/pod_parts.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

namespace {

constexpr const char* kContainers = "initContainers";

Json restore_arguments(const RestorePlace& restore) {
  Json arguments = Json::array({"restore", "--config", std::string(kConfigFolder) + "/" + kConfigFile});
  for (const Json& argument : location_arguments("--from", restore.place)) arguments.push_back(argument);
  if (!restore.at.empty()) {
    arguments.push_back("--at");
    arguments.push_back(restore.at);
  }
  return arguments;
}

ConditionValue pending(const std::string& message) {
  return ConditionValue::unknown("RestorePending", "spec.restoreFrom: " + message);
}

std::string contents(const Termination& end) {
  const auto result = parse_backup_result(end.message);
  return result.ok() ? std::to_string(result->tools) + " tools and " + std::to_string(result->servers) +
                           " servers of "
                     : std::string();
}

}  // namespace

void add_restore(const RegistryInputs& inputs, Json& pod) {
  if (!inputs.restore) return;
  Json container = command_container(kRestoreTerms.container, inputs.image, inputs.spec,
                                     restore_arguments(*inputs.restore));
  container["volumeMounts"] = registry_volume_mounts(inputs.spec, false);
  pod[kContainers].push_back(std::move(container));
  mount_place(inputs.restore->place, true, kContainers, pod);
}

bool restores(const Json& deployment) {
  const auto containers =
      deployment.value(Json::json_pointer("/spec/template/spec") / kContainers, Json::array());
  return std::any_of(containers.begin(), containers.end(), [](const Json& container) {
    return text_at(container, "/name") == kRestoreTerms.container;
  });
}

bool is_restored(const Json& status) {
  return has_status(condition_of({{"status", status}}, kRestoredCondition), "True");
}

RestoreSource restore_source(const RestoreSpec& spec, const kube::Object* backup, bool begun) {
  if (spec.destination) return {RestorePlace{{*spec.destination, spec.name}, spec.at}, std::nullopt};
  if (!backup && begun)
    return {std::nullopt, pending("the RegistryBackup " + spec.backup +
                                  " is gone; the restore from it that has begun goes on, and nothing else of "
                                  "the spec is applied before it has ended")};
  if (!backup)
    return {std::nullopt, pending("there is no RegistryBackup " + spec.backup +
                                  " in the namespace; create it, or name another place in a new Registry")};
  const auto view = kube::Ref<RegistryBackup>::of(*backup);
  if (!view.ok()) return {std::nullopt, pending(view.status().message())};
  const Json document = backup->json();
  if (!has_status(condition_of(document, "Complete"), "True"))
    return {std::nullopt, pending("the RegistryBackup " + spec.backup + " is not complete")};
  if ((*view)->spec.method == RegistryBackupSpec::Method::VolumeSnapshot) {
    const Json* const bytes = value_at(document, "/status/bytes");
    return {.snapshot = SnapshotPlace{spec.backup,
                                      bytes && bytes->is_number_integer() ? bytes->get<std::int64_t>() : 0}};
  }
  return {RestorePlace{{(*view)->spec.destination, spec.backup}, spec.at}, std::nullopt};
}

ConditionValue observe_restore(const std::string& where, const Json* deployment,
                               const std::vector<Json>& pods) {
  for (const Json& pod : pods) {
    if (!deployment || !is_pod_of(pod, text_at(*deployment, "/metadata/name"))) continue;
    const auto end = termination_of(pod, kRestoreTerms);
    if (end && end->exit_code == 0)
      return ConditionValue::yes("Restored", contents(*end) + where + " are in the registry");
    if (end) {
      const std::string said = parse_backup_result(end->message).status().message();
      return ConditionValue::no("RestoreFailed",
                                where + ": " + (said.empty() ? "" : said + "; ") + end->text);
    }
  }
  return ConditionValue::unknown("Restoring",
                                 "what is at " + where + " is put into the registry before it serves");
}

}  // namespace toolhive
