#include "controller/operator/operand/rollout.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "controller/base/json_access.hpp"
#include "controller/operator/operand/object_condition.hpp"
#include "controller/operator/operand/pod.hpp"

namespace toolhive {

namespace {

std::int64_t number(const Json& object, const char* pointer) {
  const Json* value = value_at(object, pointer);
  return value && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

using Pods = std::vector<const Json*>;

Pods pods_of(const Json& deployment, const std::vector<Json>& pods) {
  const std::string name = text_at(deployment, "/metadata/name");
  Pods own;
  for (const Json& pod : pods)
    if (is_pod_of(pod, name)) own.push_back(&pod);
  return own;
}

bool counts(const Json& pod) {
  return !is_leaving(pod) && !is_finished(pod);
}

// Whether the Deployment's controller has made of the last configuration all that it will.
bool is_current(const Json& deployment) {
  const std::int64_t wanted = number(deployment, "/spec/replicas");
  return number(deployment, "/status/observedGeneration") >= number(deployment, "/metadata/generation") &&
         number(deployment, "/status/updatedReplicas") == wanted &&
         number(deployment, "/status/replicas") == wanted;
}

bool is_paused_deployment(const Json& deployment) {
  const Json* paused = value_at(deployment, "/spec/paused");
  return paused && *paused == true;
}

// What keeps the pods from serving: those that should know best, then those that should be gone,
// then the Deployment. A finished pod says nothing of the one that is made in its place.
std::optional<PodTrouble> trouble(const Json& deployment, const Pods& pods, const RolloutTerms& terms,
                                  WallTime now) {
  for (const bool leaving : {false, true})
    for (const Json* pod : pods)
      if (!is_finished(*pod) && is_leaving(*pod) == leaving)
        if (auto found = pod_trouble(*pod, terms, now)) return found;
  if (const Json* failure = condition_of(deployment, "ReplicaFailure"); has_status(failure, "True"))
    return PodTrouble{ConditionValue::no("PodsRefused", string_member(*failure, "message")), true};
  return {};
}

// What is known while nothing is wrong yet.
std::string progress(const Pods& pods, const RolloutTerms& terms) {
  const Json* last = nullptr;
  for (const Json* pod : pods) {
    if (counts(*pod)) {
      const std::string text = pod_progress(*pod, terms);
      if (!text.empty()) return "; " + text;
    } else if (is_finished(*pod) && (!last || text_at(*last, "/metadata/creationTimestamp") <
                                                  text_at(*pod, "/metadata/creationTimestamp"))) {
      last = pod;
    }
  }
  return last ? "; " + pod_end(*last) : "";
}

ConditionValue available(const Rollout& rollout, const Json& deployment, const RolloutTerms& terms,
                         const std::optional<PodTrouble>& found, const std::string& progress) {
  if (rollout.ready_replicas > 0)
    return ConditionValue::yes("Serving", std::to_string(rollout.ready_replicas) +
                                              (rollout.ready_replicas == 1 ? " pod serves" : " pods serve"));
  if (number(deployment, "/spec/replicas") == 0)
    return ConditionValue::no("ScaledToZero",
                              std::string(terms.fields) + ".replicas is 0; set it to 1 to serve again");
  return found ? found->value : ConditionValue::no("Starting", "no pod serves yet" + progress);
}

void settle(Rollout& rollout, const Json& deployment, const std::optional<PodTrouble>& found,
            const std::string& progress) {
  const std::int64_t wanted = number(deployment, "/spec/replicas");
  const Json* progressing = condition_of(deployment, "Progressing");
  const bool overdue = has_status(progressing, "False");
  if (wanted == 0) {
    rollout.settled = rollout.available;
  } else if (is_current(deployment) && rollout.ready_replicas >= wanted && rollout.replicas == wanted) {
    rollout.settled = ConditionValue::yes("Serving", "the configuration applied last serves");
  } else if (is_paused_deployment(deployment)) {
    rollout.settled =
        ConditionValue::no("DeploymentPaused",
                           "somebody has paused the Deployment, so that it is not rolled out; go on with "
                           "kubectl rollout resume deployment " +
                               text_at(deployment, "/metadata/name"));
    rollout.failed = true;
  } else if (found) {
    rollout.settled = found->value;
    rollout.failed = found->lasting || overdue || rollout.ready_replicas > 0;
  } else if (overdue) {
    rollout.settled = ConditionValue::no("RolloutOverdue", string_member(*progressing, "message") + progress);
    rollout.failed = true;
  } else {
    rollout.settled =
        ConditionValue::no(rollout.ready_replicas > 0 ? "RollingOut" : "Starting",
                           (wanted == 1 ? "the pod of the configuration applied last is not serving yet"
                                        : "not all pods of the configuration applied last serve yet") +
                               progress);
  }
}

}  // namespace

Rollout observe_rollout(const Json* deployment, const std::vector<Json>& pods, const RolloutTerms& terms,
                        WallTime now) {
  Rollout rollout;
  if (!deployment) {
    rollout.available = rollout.settled = ConditionValue::no("Starting", "the Deployment does not exist yet");
    return rollout;
  }
  const Pods own = pods_of(*deployment, pods);
  for (const Json* pod : own) {
    if (!counts(*pod)) continue;
    ++rollout.replicas;
    if (is_ready(*pod)) ++rollout.ready_replicas;
  }
  const auto found = trouble(*deployment, own, terms, now);
  const std::string in_progress = progress(own, terms);
  rollout.available = available(rollout, *deployment, terms, found, in_progress);
  settle(rollout, *deployment, found, in_progress);
  return rollout;
}

}  // namespace toolhive
