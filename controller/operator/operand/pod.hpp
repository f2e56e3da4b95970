// What one pod says about the server that runs in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

struct RolloutTerms;  // rollout.hpp

// Whether a ReplicaSet of the Deployment controls it. Told by the ReplicaSet's name, which ends
// with the pod's pod-template-hash: a label by which ReplicaSets select, so that a pod that loses
// it loses its controller as well.
bool is_pod_of(const Json& pod, const std::string& deployment);
bool is_leaving(const Json& pod);   // it is being deleted
bool is_finished(const Json& pod);  // all of its containers ended for good, as after an eviction
bool is_ready(const Json& pod);

struct PodTrouble {
  ConditionValue value;
  bool lasting = false;  // it does not pass without somebody doing something
};
// Why a pod does not serve, if that is more than a start that takes its time.
std::optional<PodTrouble> pod_trouble(const Json& pod, const RolloutTerms& terms, WallTime now);

// What is known of a pod that does not serve and has no trouble: which containers it waits for, how
// the last run ended. Empty when that is nothing.
std::string pod_progress(const Json& pod, const RolloutTerms& terms);
// How a finished pod ended.
std::string pod_end(const Json& pod);

// How a container ended.
struct Termination {
  std::int64_t exit_code = -1;
  std::string message;  // that it left, or the end of its log; may be anything
  std::string text;     // exit code and the kubelet's reason, with what to do about it
};
// Of the container of that name, an init container too, when it ended last; nothing when it never
// did.
std::optional<Termination> termination_of(const Json& pod, const RolloutTerms& terms);

}  // namespace toolhive
