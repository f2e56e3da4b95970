// Rollout: what a Deployment and its pods say about the configuration that was applied last.
#pragma once

#include <cstdint>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

struct Rollout {
  // Pods that neither ended nor are being deleted, and those of them that serve, of any
  // configuration.
  std::int64_t replicas = 0;
  std::int64_t ready_replicas = 0;
  ConditionValue available;  // True while at least one pod serves
  // True when exactly what was applied last serves: a registry whose new configuration does not
  // start is not settled, even while an old pod still serves.
  ConditionValue settled;
  bool failed = false;  // it will not settle without somebody doing something
};

// `deployment` null: there is none yet. Of `pods` those count that the Deployment's ReplicaSets
// control, whatever other labels they have or lack.
Rollout observe_rollout(const Json* deployment, const std::vector<Json>& pods, WallTime now);

}  // namespace toolhive
