// The second step of a pass over a Registry: what is to be done. Pure.
#pragma once

#include <optional>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/observe.hpp"

namespace toolhive {

// A running operand, and what the spec would make of it.
struct DryRun {
  const Operand* operand;
  kube::Object running;
  JsonPtr intent;  // never null
};

struct RegistryPlan {
  // Why the spec is not accepted; absent: nothing is known against it.
  std::optional<ConditionValue> refused;
  // A merge patch that must go before the Deployment is applied; null: nothing is to be repaired.
  JsonPtr repair;
  // Tried before anything is written: what the API server refuses of these refuses the spec.
  std::vector<DryRun> dry_runs;
  // The registry is to leave the claim it runs on for one that the operator has to make first.
  bool needs_claim = false;
  StorageMove move;
  RegistryInputs wanted;
  // What is declared while `wanted` is refused; absent: nothing.
  std::optional<RegistryInputs> accepted;
  Cluster cluster;
};

// `accepted` is what the same Registry declared when it was accepted last.
RegistryPlan decide(const RegistryObservation& observed, const std::optional<RegistryInputs>& accepted);

}  // namespace toolhive
