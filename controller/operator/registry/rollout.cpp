#include "controller/operator/registry/rollout.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"

namespace toolhive {

namespace {

const Json* at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) ? &object.at(path) : nullptr;
}

std::int64_t number(const Json& object, const char* pointer) {
  const Json* value = at(object, pointer);
  return value && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

const Json* condition(const Json& object, const char* type) {
  const Json* conditions = at(object, "/status/conditions");
  if (!conditions || !conditions->is_array()) return nullptr;
  for (const Json& item : *conditions)
    if (string_member(item, "type") == type) return &item;
  return nullptr;
}

bool is_status(const Json* item, const char* status) {
  return item && string_member(*item, "status") == status;
}

bool is_leaving(const Json& pod) {
  return at(pod, "/metadata/deletionTimestamp") != nullptr;
}

bool is_finished(const Json& pod) {
  const Json* status = at(pod, "/status");
  const std::string phase = status ? string_member(*status, "phase") : std::string();
  return phase == "Failed" || phase == "Succeeded";
}

// Reasons that do not pass by waiting a moment.
bool is_trouble(const std::string& reason) {
  static constexpr const char* kPassing[] = {"ContainerCreating", "PodInitializing", ""};
  return std::none_of(std::begin(kPassing), std::end(kPassing),
                      [&](const char* passing) { return reason == passing; });
}

std::string exit_text(const Json& terminated) {
  std::string what = "the last run ended with exit code " + std::to_string(number(terminated, "/exitCode"));
  const std::string reason = string_member(terminated, "reason");
  if (!reason.empty() && reason != "Error" && reason != "Completed")
    what.append(" (").append(reason).append(")");
  return what;
}

// Why a container is not running, if that is more than a passing state.
std::optional<Finding> container_trouble(const Json& container) {
  if (const Json* waiting = at(container, "/state/waiting")) {
    const std::string reason = string_member(*waiting, "reason");
    if (!is_trouble(reason)) return {};
    std::string message = reason;
    if (const std::string detail = string_member(*waiting, "message"); !detail.empty())
      message.append(": ").append(detail);
    if (const Json* last = at(container, "/lastState/terminated"))
      message.append("; ").append(exit_text(*last));
    return Finding::no(reason, message);
  }
  if (const Json* terminated = at(container, "/state/terminated"))
    return Finding::no("ContainerExited", exit_text(*terminated));
  return {};
}

std::optional<Finding> pod_trouble(const Json& pod) {
  const std::string name = "pod " + pod.at("metadata").value("name", "");
  if (const Json* containers = at(pod, "/status/containerStatuses"); containers && containers->is_array()) {
    for (const Json& container : *containers) {
      if (auto trouble = container_trouble(container)) {
        trouble->message = name + ": " + trouble->message;
        return trouble;
      }
    }
  }
  const Json* scheduled = condition(pod, "PodScheduled");
  if (is_status(scheduled, "False"))
    return Finding::no("Unschedulable", name + ": " + string_member(*scheduled, "message"));
  return {};
}

// What keeps the pods from serving: the pods know best, then the Deployment.
std::optional<Finding> trouble(const Json& deployment, const std::vector<Json>& pods) {
  for (const Json& pod : pods) {
    if (is_leaving(pod)) continue;
    if (auto found = pod_trouble(pod)) return found;
  }
  if (const Json* failure = condition(deployment, "ReplicaFailure"); is_status(failure, "True"))
    return Finding::no("PodsRefused", string_member(*failure, "message"));
  return {};
}

}  // namespace

Rollout observe_rollout(const Json* deployment, const std::vector<Json>& pods) {
  Rollout rollout;
  for (const Json& pod : pods) {
    if (is_leaving(pod) || is_finished(pod)) continue;
    ++rollout.replicas;
    if (is_status(condition(pod, "Ready"), "True")) ++rollout.ready_replicas;
  }
  if (!deployment) {
    rollout.available = rollout.settled = Finding::no("Starting", "the Deployment does not exist yet");
    return rollout;
  }

  const std::int64_t wanted = number(*deployment, "/spec/replicas");
  const auto found = trouble(*deployment, pods);
  const Json* progressing = condition(*deployment, "Progressing");
  const bool overdue = is_status(progressing, "False");

  if (rollout.ready_replicas > 0)
    rollout.available = Finding::yes("Serving", std::to_string(rollout.ready_replicas) + " pod serves");
  else if (wanted == 0)
    rollout.available = Finding::no("ScaledToZero", "spec.replicas is 0; set it to 1 to serve again");
  else
    rollout.available = found ? *found : Finding::no("Starting", "no pod serves yet");

  const bool seen =
      number(*deployment, "/status/observedGeneration") >= number(*deployment, "/metadata/generation");
  const bool updated = number(*deployment, "/status/updatedReplicas") == wanted &&
                       number(*deployment, "/status/replicas") == wanted;
  if (wanted == 0) {
    rollout.settled = rollout.available;
  } else if (seen && updated && rollout.ready_replicas >= wanted && rollout.replicas == wanted) {
    rollout.settled = Finding::yes("Serving", "the configuration applied last serves");
  } else if (found) {
    rollout.settled = *found;
    rollout.failed = overdue || rollout.ready_replicas > 0;
  } else if (overdue) {
    rollout.settled = Finding::no("RolloutOverdue", string_member(*progressing, "message"));
    rollout.failed = true;
  } else {
    rollout.settled = Finding::no(rollout.ready_replicas > 0 ? "RollingOut" : "Starting",
                                  "the pod of the configuration applied last is not serving yet");
  }
  // A container that keeps failing does not heal by itself, overdue or not.
  if (found && found->reason != "Unschedulable") rollout.failed = true;
  return rollout;
}

}  // namespace toolhive
