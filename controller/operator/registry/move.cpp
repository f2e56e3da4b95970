#include "controller/operator/registry/move.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/operator/operand/object_condition.hpp"
#include "controller/operator/operand/pod.hpp"
#include "controller/operator/registry/backup_result.hpp"
#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/pod_parts.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

using MoveStep = StorageMove::Step;

constexpr const char* kMoving = "Moving";
constexpr const char* kInitContainers = "initContainers";
// From this exit code on of `mcp-registry move` another try would come to the same.
constexpr int kFirstFinalMoveCode = 2;
// Tries of one that might come to something else, as while a NetworkPolicy takes effect.
constexpr std::int64_t kMoveTries = 2;

// The condition as it stands; null when there is none.
Json told_move(const RegistryObservation& observed) {
  const Json document = {{"status", *observed.status}};
  const Json* const told = condition_of(document, kMovedCondition);
  return told ? *told : Json();
}

const Json* named_one(const Json& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const Json& each) { return string_member(each, "name") == name; });
  return found == list.end() ? nullptr : &*found;
}

bool has_named(const Json& deployment, const char* list, const char* name) {
  const Json* const entries = value_at(deployment, (std::string("/spec/template/spec/") + list).c_str());
  return entries && entries->is_array() && named_one(*entries, name);
}

bool moves(const Json& deployment) {
  return has_named(deployment, kInitContainers, kMoveTerms.container);
}

std::int64_t tries(const Json& pod) {
  const Json* const statuses = value_at(pod, "/status/initContainerStatuses");
  const Json* const container =
      statuses && statuses->is_array() ? named_one(*statuses, kMoveTerms.container) : nullptr;
  return container ? 1 + container->value("restartCount", std::int64_t{0}) : 0;
}

std::string remedy(const std::string& claim) {
  return "; the registry serves from the files of the claim " + claim +
         " as before. When what hindered it is put right, change the spec to try again, as by setting "
         "spec.storage.type back to Filesystem and to PostgreSQL once more; set it back to give it up";
}

ConditionValue failed_move(const std::string& why, const std::string& claim) {
  return ConditionValue::no(
      "MoveFailed", "spec.storage.type: the data could not be moved to PostgreSQL: " + why + remedy(claim));
}

ConditionValue moved(const std::string& contents) {
  return ConditionValue::yes("Moved", "the registry is on PostgreSQL" + contents +
                                          "; the claim that has the files is kept, and is yours to delete");
}

ConditionValue moved_by(const Termination& end, const std::string& claim) {
  const auto result = parse_backup_result(end.message);
  if (!result.ok()) return moved(" with all that the files of the claim " + claim + " had");
  return moved(" with the " + std::to_string(result->tools) + " tools and " +
               std::to_string(result->servers) + " servers that the files of the claim " + claim +
               " had, and was read back");
}

// How the container that moves ended for good, in a pod that is not going already.
std::optional<Termination> end_of_move(const RegistryObservation& observed, const Json& deployment) {
  for (const kube::Object& object : observed.pods) {
    const Json pod = object.json();
    if (is_leaving(pod) || !is_pod_of(pod, text_at(deployment, "/metadata/name"))) continue;
    auto end = termination_of(pod, kMoveTerms);
    if (!end) continue;
    const bool another_try =
        end->exit_code != 0 && end->exit_code < kFirstFinalMoveCode && tries(pod) < kMoveTries;
    if (!another_try) return end;
  }
  return std::nullopt;
}

bool ran_out_of_time(const Json& deployment) {
  const Json* const progress = condition_of(deployment, "Progressing");
  return has_status(progress, "False") && value_at(deployment, "/status/observedGeneration") &&
         *value_at(deployment, "/status/observedGeneration") ==
             deployment.at("metadata").value("generation", Json());
}

StorageMove run_move(StorageMove move) {
  move.step = MoveStep::Run;
  move.told = ConditionValue::unknown(kMoving, "what the files of the claim " + move.claim +
                                                   " have is put into the PostgreSQL database; no pod serves "
                                                   "until that is done");
  return move;
}

StorageMove look_at_move(const RegistryObservation& observed, const Json& deployment, StorageMove move) {
  const auto end = end_of_move(observed, deployment);
  if (end && end->exit_code == 0) {
    move.step = MoveStep::None;
    move.told = moved_by(*end, move.claim);
  } else if (end) {
    const std::string said = parse_backup_result(end->message).status().message();
    move.step = MoveStep::Stay;
    move.told = failed_move((said.empty() ? "" : said + "; ") + end->text, move.claim);
  } else if (ran_out_of_time(deployment)) {
    move.step = MoveStep::Stay;
    move.told = failed_move("its pod did not come to it in time; do the Secrets that the spec names exist?",
                            move.claim);
  } else {
    return run_move(std::move(move));
  }
  return move;
}

// The claim that the status says has the data.
std::string told_claim(const Json& status) {
  return text_at(status, "/storage/type") == "Filesystem" ? text_at(status, "/storage/claim") : std::string();
}

}  // namespace

std::string claim_in_use(const Json& deployment) {
  const Json* volumes = value_at(deployment, "/spec/template/spec/volumes");
  if (!volumes || !volumes->is_array()) return {};
  const Json* const data = named_one(*volumes, kDataVolume);
  return data ? text_at(*data, "/persistentVolumeClaim/claimName") : std::string();
}

StorageMove told_place(const RegistrySpec& spec, const Json& registry) {
  StorageMove move;
  if (spec.storage.is_files()) return move;
  move.claim = told_claim(registry.value("status", Json::object()));
  if (move.claim.empty()) return move;
  const Json* const told = condition_of(registry, kMovedCondition);
  const bool stays =
      told && string_member(*told, "reason") != kMoving &&
      told->value("observedGeneration", Json()) == registry.at("metadata").value("generation", Json());
  move.step = stays ? MoveStep::Stay : MoveStep::Run;
  return move;
}

StorageMove decide_move(const RegistryObservation& observed) {
  StorageMove move;
  if (observed.inputs.spec.storage.is_files() || observed.inputs.restore) return move;
  const Json told = told_move(observed);
  if (has_status(&told, "True")) return move;
  const kube::Object* const running = find(observed.running, deployment_type());
  const Json deployment = running ? running->json() : Json::object();
  move.claim = running ? claim_in_use(deployment) : told_claim(*observed.status);
  if (move.claim.empty()) {
    // It was switched, and that could not be told.
    if (running && !told.is_null()) move.told = moved("");
    return move;
  }
  if (moves(deployment)) return look_at_move(observed, deployment, std::move(move));
  // A move takes the registry from its users for a moment: one that failed is not tried again by
  // itself.
  if (has_status(&told, "False") &&
      told.value("observedGeneration", Json()) == observed.object.meta().generation) {
    move.step = MoveStep::Stay;
    move.told = ConditionValue::no(string_member(told, "reason"), string_member(told, "message"));
    return move;
  }
  if (!is_to_run(observed.inputs)) {
    move.step = MoveStep::Stay;
    move.told = ConditionValue::unknown("MovePending",
                                        "the data are moved to PostgreSQL by the first pod, and none is "
                                        "to run; until then they are in the files of the claim " +
                                            move.claim);
    return move;
  }
  return run_move(std::move(move));
}

RegistryInputs placed(RegistryInputs inputs, const StorageMove& move) {
  RegistrySpec::Storage& storage = inputs.spec.storage;
  if (storage.is_files() || move.step == MoveStep::None) return inputs;
  if (move.step == MoveStep::Run) {
    inputs.move_from = move.claim;
    return inputs;
  }
  storage.type = RegistrySpec::Storage::Type::Filesystem;
  storage.postgresql.reset();
  // Whatever the spec says of a claim: the one that has the data stays as it is.
  storage.existing_claim = move.claim;
  inputs.spec.redis.reset();
  inputs.spec.autoscaling.reset();
  if (!has_shared_files(inputs.spec)) inputs.spec.replicas = std::min<std::int64_t>(inputs.spec.replicas, 1);
  return inputs;
}

std::optional<ConditionValue> refuse_return(const RegistryObservation& observed) {
  if (!observed.inputs.spec.storage.is_files()) return {};
  const kube::Object* const running = find(observed.running, deployment_type());
  const Json deployment = running ? running->json() : Json::object();
  const auto end = moves(deployment) ? end_of_move(observed, deployment) : std::nullopt;
  const bool in_database =
      running ? (claim_in_use(deployment).empty() && has_named(deployment, "volumes", kDatabaseVolume)) ||
                    (end && end->exit_code == 0)
              : text_at(*observed.status, "/storage/type") == "PostgreSQL";
  const Json told = told_move(observed);
  if (!in_database && !has_status(&told, "True")) return {};
  return ConditionValue::no(
      "StorageImmutable",
      "spec.storage.type: the data are in the PostgreSQL database, and would stay there; set it to "
      "PostgreSQL. A "
      "registry on files is another one: create it, and move the tools with mcp-registry export and import");
}

void add_move(const RegistryInputs& inputs, Json& pod) {
  if (!inputs.move_from) return;
  Json container = command_container(kMoveTerms.container, inputs.image, inputs.spec,
                                     Json::array({"move", "--from", kDataFolder, "--config",
                                                  std::string(kConfigFolder) + "/" + kConfigFile}));
  container["volumeMounts"] = registry_volume_mounts(inputs.spec, false);
  container["volumeMounts"].push_back(
      {{"name", kDataVolume}, {"mountPath", kDataFolder}, {"readOnly", true}});
  pod[kInitContainers].push_back(std::move(container));
}

}  // namespace toolhive
