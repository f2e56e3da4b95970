#include "controller/plugin/operand_state.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/json_access.hpp"

namespace toolhive::plugin {

namespace {

std::string of(long some, long all, const std::string& what) {
  return std::to_string(some) + " of " + std::to_string(all) + " " + what;
}

// The first element of the list that has something under `member`; null when none has.
Json first_with(const Json* list, const char* member) {
  if (list == nullptr || !list->is_array()) return nullptr;
  const auto found = std::find_if(list->begin(), list->end(), [member](const Json& each) {
    return each.is_object() && each.contains(member);
  });
  return found == list->end() ? Json() : *found;
}

OperandState deployment_state(const Json& object) {
  const long wanted = number_at(object, "/spec/replicas");
  const long ready = number_at(object, "/status/readyReplicas");
  const long updated = number_at(object, "/status/updatedReplicas");
  OperandState state{ready >= wanted ? Tone::Good : Tone::Bad, of(ready, wanted, "pods ready")};
  if (updated < wanted) state.text += ", " + of(updated, wanted, "of this version");
  return state;
}

// What keeps a container from running, in the kubelet's words.
std::string waiting_cause(const Json& pod) {
  const Json* const statuses = value_at(pod, "/status/containerStatuses");
  if (statuses == nullptr || !statuses->is_array()) return "";
  for (const Json& status : *statuses) {
    const std::string reason = text_at(status, "/state/waiting/reason");
    const std::string message = text_at(status, "/state/waiting/message");
    if (!reason.empty()) return reason + (message.empty() ? "" : ": " + message);
  }
  return "";
}

OperandState pod_state(const Json& object) {
  const std::string phase = text_at(object, "/status/phase");
  const Json* const statuses = value_at(object, "/status/containerStatuses");
  long ready = 0;
  long restarts = 0;
  if (statuses != nullptr && statuses->is_array()) {
    for (const Json& status : *statuses) {
      ready += value_at(status, "/ready") != nullptr && *value_at(status, "/ready") == true ? 1 : 0;
      restarts += number_at(status, "/restartCount");
    }
  }
  const bool serves = phase == "Running" && ready > 0;
  OperandState state{serves ? Tone::Good : Tone::Attention, phase};
  if (!serves && phase == "Running") state.text += ", not ready";
  if (restarts > 0) state.text += ", " + std::to_string(restarts) + " restarts";
  if (const std::string cause = waiting_cause(object); !cause.empty()) state = {Tone::Bad, cause};
  return state;
}

OperandState claim_state(const Json& object) {
  const std::string phase = text_at(object, "/status/phase");
  const std::string size = text_at(object, "/status/capacity/storage");
  const std::string asked = text_at(object, "/spec/resources/requests/storage");
  return {phase == "Bound" ? Tone::Good : Tone::Bad, phase + ", " + (size.empty() ? asked : size)};
}

OperandState service_state(const Json& object) {
  const Json port = first_with(value_at(object, "/spec/ports"), "port");
  return {Tone::Good, text_at(object, "/spec/clusterIP") + ":" + std::to_string(number_at(port, "/port"))};
}

OperandState autoscaler_state(const Json& object) {
  return {Tone::Good, of(number_at(object, "/status/currentReplicas"), number_at(object, "/spec/maxReplicas"),
                         "pods at most")};
}

OperandState budget_state(const Json& object) {
  return {Tone::Good,
          "pods that may be evicted now: " + std::to_string(number_at(object, "/status/disruptionsAllowed"))};
}

OperandState ingress_state(const Json& object) {
  const std::string host = string_member(first_with(value_at(object, "/spec/rules"), "host"), "host");
  const Json* const served = value_at(object, "/status/loadBalancer/ingress");
  const bool is_served = served != nullptr && !served->empty();
  return {is_served ? Tone::Good : Tone::Attention,
          host + (is_served ? "" : ", no controller serves it yet")};
}

OperandState route_state(const Json& object) {
  const Json admitted = first_with(value_at(object, "/status/ingress"), "host");
  const std::string host = string_member(admitted, "host");
  if (host.empty()) return {Tone::Attention, "no router has taken it yet"};
  return {Tone::Good, host};
}

struct Row {
  std::string_view kind;
  OperandState (*state)(const Json& object);
};

constexpr Row kRows[] = {{"Deployment", deployment_state},
                         {"Pod", pod_state},
                         {"PersistentVolumeClaim", claim_state},
                         {"Service", service_state},
                         {"HorizontalPodAutoscaler", autoscaler_state},
                         {"PodDisruptionBudget", budget_state},
                         {"Ingress", ingress_state},
                         {"Route", route_state}};

}  // namespace

long number_at(const Json& document, const char* pointer) {
  const Json* const value = value_at(document, pointer);
  return value != nullptr && value->is_number_integer() ? value->get<long>() : 0;
}

OperandState operand_state(const Json& object) {
  const std::string kind = string_member(object, "kind");
  const auto* const row =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& each) { return each.kind == kind; });
  return row == std::end(kRows) ? OperandState{} : row->state(object);
}

}  // namespace toolhive::plugin
