// Rollout: what a Deployment and its pods say about the configuration that was applied last.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

// How a resource speaks of its Deployment.
struct RolloutTerms {
  const char* container;  // the one that the operator declares; others come from webhooks, or by hand
  const char* fields;     // where replicas and resources stand in the resource
  const char* readiness;  // where to look when the readiness check fails
};

struct Rollout {
  // Pods that neither ended nor are being deleted, and those of them that serve, of any
  // configuration.
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  ConditionValue available;  // True while at least one pod serves
  // True when exactly what was applied last serves: a server whose new configuration does not
  // start is not settled, even while an old pod still serves.
  ConditionValue settled;
  bool failed = false;  // it will not settle without somebody doing something
};

// `deployment` null: there is none yet. Of `pods` those count that the Deployment's ReplicaSets
// control, whatever other labels they have or lack.
Rollout observe_rollout(const Json* deployment, const std::vector<Json>& pods, const RolloutTerms& terms,
                        WallTime now);

}  // namespace toolhive
