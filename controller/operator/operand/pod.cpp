#include "controller/operator/operand/pod.hpp"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/operator/operand/object_condition.hpp"
#include "controller/operator/operand/rollout.hpp"

namespace toolhive {

namespace {

using std::chrono::minutes;

// How long a pod may be in a state that passes by itself, before somebody should look at it.
// of volumes, network and images, as the Deployment's own deadline
constexpr minutes kLongestStart{5};
constexpr minutes kLongestUnready{1};  // after it served
constexpr minutes kLongestEnd{1};      // beyond its grace period

constexpr const char* kPassingReasons[] = {"ContainerCreating", "PodInitializing", ""};

std::string pod_name(const Json& pod) {
  return "pod " + text_at(pod, "/metadata/name");
}

std::string described(const Json& pod, const Json& container) {
  return pod_name(pod) + ", container " + string_member(container, "name");
}

// Whether `since`, in RFC 3339 and UTC as the API server writes it, is longer ago than `limit`:
// such times sort as text.
bool is_longer_ago(const std::string& since, minutes limit, WallTime now) {
  return !since.empty() && since < to_rfc3339(now - limit);
}

std::string exit_text(const Json& container, const Json& terminated, const RolloutTerms& terms) {
  const Json* code = value_at(terminated, "/exitCode");
  std::string what = "the last run ended with exit code " + (code ? code->dump() : "unknown");
  const std::string reason = string_member(terminated, "reason");
  if (!reason.empty() && reason != "Error" && reason != "Completed")
    what.append(" (").append(reason).append(")");
  if (reason == "OOMKilled" && string_member(container, "name") == terms.container)
    what.append(": it needs more memory; raise ").append(terms.fields).append(".resources.limits.memory");
  return what;
}

// A container that cannot run; "waiting" covers what the kubelet tries again.
std::optional<ConditionValue> waiting_trouble(const Json& container, const Json& waiting,
                                              const RolloutTerms& terms) {
  const std::string reason = string_member(waiting, "reason");
  for (const char* passing : kPassingReasons)
    if (reason == passing) return {};
  std::string message = reason;
  if (const std::string detail = string_member(waiting, "message"); !detail.empty())
    message.append(": ").append(detail);
  if (const Json* last = value_at(container, "/lastState/terminated"))
    message.append("; ").append(exit_text(container, *last, terms));
  return ConditionValue::no(reason, message);
}

// An init container is done when it has ended well; any other is to run on.
std::optional<ConditionValue> container_trouble(const Json& container, bool may_end,
                                                const RolloutTerms& terms) {
  if (const Json* waiting = value_at(container, "/state/waiting"))
    return waiting_trouble(container, *waiting, terms);
  const Json* terminated = value_at(container, "/state/terminated");
  if (!terminated || (may_end && terminated->value("exitCode", 1) == 0)) return {};
  return ConditionValue::no("ContainerExited", exit_text(container, *terminated, terms));
}

// Calls `visit(container, is_init)` for the status of each container, until it answers something.
template <class Visit>
auto first_container(const Json& pod, Visit visit) -> decltype(visit(pod, true)) {
  for (const bool init : {true, false}) {
    const Json* list = value_at(pod, init ? "/status/initContainerStatuses" : "/status/containerStatuses");
    if (!list || !list->is_array()) continue;
    for (const Json& container : *list)
      if (auto found = visit(container, init)) return found;
  }
  return {};
}

std::optional<PodTrouble> ending(const Json& pod, WallTime now) {
  if (!is_longer_ago(text_at(pod, "/metadata/deletionTimestamp"), kLongestEnd, now)) return {};
  return PodTrouble{
      ConditionValue::no("PodTerminating",
                         pod_name(pod) +
                             " should be gone by now, and no other starts before it is: its node may be "
                             "lost, or a finalizer holds it"),
      true};
}

// The kubelet has the pod, and not one of its containers was begun.
bool is_unbegun(const Json& pod) {
  if (!has_status(condition_of(pod, "PodScheduled"), "True") || text_at(pod, "/status/phase") != "Pending")
    return false;
  return !first_container(pod, [](const Json& container, bool) {
            return value_at(container, "/state/waiting") ? std::optional<bool>() : true;
          }).has_value();
}

// The Secrets that the pod mounts, by name.
std::set<std::string> mounted_secrets(const Json& pod) {
  std::set<std::string> names;
  const auto note = [&](const std::string& name) {
    if (!name.empty()) names.insert(name);
  };
  const Json* volumes = value_at(pod, "/spec/volumes");
  for (const Json& volume : volumes && volumes->is_array() ? *volumes : Json::array()) {
    note(text_at(volume, "/secret/secretName"));
    const Json* sources = value_at(volume, "/projected/sources");
    for (const Json& source : sources && sources->is_array() ? *sources : Json::array())
      note(text_at(source, "/secret/name"));
  }
  return names;
}

// That one is missing only the kubelet knows, which says so in an event.
std::string secrets_text(const Json& pod) {
  std::string text;
  for (const std::string& name : mounted_secrets(pod)) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? text
                      : "it starts once each Secret that it mounts exists with the keys named: " + text;
}

std::optional<PodTrouble> unbegun(const Json& pod, WallTime now) {
  if (!is_unbegun(pod)) return {};
  const Json* scheduled = condition_of(pod, "PodScheduled");
  if (!is_longer_ago(string_member(*scheduled, "lastTransitionTime"), kLongestStart, now)) return {};
  const std::string secrets = secrets_text(pod);
  // False from when the pod is bound until it has its volumes and its network, and images are
  // pulled after that.
  const bool has_sandbox = !has_status(condition_of(pod, "PodReadyToStartContainers"), "False");
  return PodTrouble{
      ConditionValue::no("ContainerCreating",
                         pod_name(pod) + " has not begun to run after more than " +
                             std::to_string(kLongestStart.count()) + " minutes: " +
                             (has_sandbox ? "its image may take long to pull, or a volume cannot be mounted"
                                          : "the kubelet cannot mount its volumes or give it a network") +
                             (secrets.empty() ? "" : "; " + secrets) + "; its events say which: kubectl -n " +
                             text_at(pod, "/metadata/namespace") + " describe " + pod_name(pod)),
      true};
}

// It served, and does so no more. A pod that has not served yet became unready before its container
// ran.
std::optional<PodTrouble> unready(const Json& pod, const RolloutTerms& terms, WallTime now) {
  const Json* ready = condition_of(pod, "Ready");
  if (!has_status(ready, "False")) return {};
  const std::string since = string_member(*ready, "lastTransitionTime");
  return first_container(pod, [&](const Json& container, bool init) -> std::optional<PodTrouble> {
    const std::string started = text_at(container, "/state/running/startedAt");
    if (init || started.empty() || container.value("ready", false) || since <= started) return {};
    return PodTrouble{
        ConditionValue::no("NotReady", described(pod, container) +
                                           " runs, but does not pass its readiness check any more; " +
                                           terms.readiness),
        is_longer_ago(since, kLongestUnready, now)};
  });
}

}  // namespace

bool is_pod_of(const Json& pod, const std::string& deployment) {
  const Json* owners = value_at(pod, "/metadata/ownerReferences");
  const Json* labels = value_at(pod, "/metadata/labels");
  if (!owners || !owners->is_array() || !labels) return false;
  const std::string replica_set = deployment + "-" + string_member(*labels, "pod-template-hash");
  for (const Json& owner : *owners)
    if (owner.value("controller", false))
      return string_member(owner, "kind") == "ReplicaSet" && string_member(owner, "name") == replica_set;
  return false;
}

bool is_leaving(const Json& pod) {
  return value_at(pod, "/metadata/deletionTimestamp") != nullptr;
}

bool is_finished(const Json& pod) {
  const std::string phase = text_at(pod, "/status/phase");
  return phase == "Failed" || phase == "Succeeded";
}

bool is_ready(const Json& pod) {
  return has_status(condition_of(pod, "Ready"), "True");
}

std::optional<PodTrouble> pod_trouble(const Json& pod, const RolloutTerms& terms, WallTime now) {
  if (is_leaving(pod)) return ending(pod, now);
  const auto found = first_container(pod, [&](const Json& container, bool init) {
    auto trouble = container_trouble(container, init, terms);
    if (trouble) trouble->message = described(pod, container) + ": " + trouble->message;
    return trouble;
  });
  if (found) return PodTrouble{*found, true};
  if (const Json* scheduled = condition_of(pod, "PodScheduled"); has_status(scheduled, "False"))
    return PodTrouble{
        ConditionValue::no("Unschedulable", pod_name(pod) + ": " + string_member(*scheduled, "message")),
        false};
  if (auto trouble = unbegun(pod, now)) return trouble;
  return unready(pod, terms, now);
}

std::string pod_progress(const Json& pod, const RolloutTerms& terms) {
  std::string text;
  // The kubelet's list of the containers that are not ready yet, or the gate that others hold
  // closed.
  if (const Json* ready = condition_of(pod, "Ready"); has_status(ready, "False"))
    text = string_member(*ready, "message");
  // With nobody else to wait for it goes without saying.
  if (text == std::string("containers with unready status: [") + terms.container + "]") text.clear();
  if (text.empty() && is_unbegun(pod)) text = secrets_text(pod);
  const auto last = first_container(pod, [&](const Json& container, bool) -> std::optional<std::string> {
    const Json* terminated = value_at(container, "/lastState/terminated");
    return terminated ? std::optional<std::string>(exit_text(container, *terminated, terms)) : std::nullopt;
  });
  if (last) text.append(text.empty() ? "" : "; ").append(*last);
  return text.empty() ? text : pod_name(pod) + ": " + text;
}

std::string pod_end(const Json& pod) {
  const std::string reason = text_at(pod, "/status/reason");
  const std::string message = text_at(pod, "/status/message");
  return pod_name(pod) + " ended" + (reason.empty() ? "" : ": " + reason) +
         (message.empty() ? "" : ": " + message);
}

std::optional<Termination> termination_of(const Json& pod, const RolloutTerms& terms) {
  return first_container(pod, [&](const Json& container, bool) -> std::optional<Termination> {
    if (string_member(container, "name") != terms.container) return {};
    const Json* end = value_at(container, "/state/terminated");
    if (!end) end = value_at(container, "/lastState/terminated");
    if (!end) return {};
    const Json* code = value_at(*end, "/exitCode");
    return Termination{code && code->is_number_integer() ? code->get<std::int64_t>() : -1,
                       string_member(*end, "message"), exit_text(container, *end, terms)};
  });
}

}  // namespace toolhive
