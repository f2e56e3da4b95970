// Writes the operands of one Registry, row by row, and sorts what goes wrong.
#pragma once

#include <optional>
#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

struct WrittenOperands {
  LiveOperands applied;
  std::optional<ConditionValue> refused;  // the API server refuses what the spec makes
  // a taken name, a missing right, a quota, a webhook that is down
  std::optional<ConditionValue> failed;
  std::optional<ConditionValue> storage;  // the claim cannot be brought to its state; the rest can
  std::string route_refused;              // why the API server does not take the Route; empty: it does
  // not Ok: the Route API does not answer as offered; all else is done
  Status route_error;
  Status retry;                 // not Ok: nothing can be said; try the pass again
  bool namespace_ends = false;  // nothing can be made there any more
};

// Whether the API server will never take what was sent, as it is.
bool is_refusal(const Status& error);

// Each operand is tried, whatever became of the others: the Deployment only waits for its
// ConfigMaps. What others did to an operand such that it cannot be applied any more is put back by
// making it anew, the Deployment once its pods are gone.
WrittenOperands write_operands(const Context& ctx, runtime::Applier& applier, const kube::Object& owner,
                               const RegistryInputs& inputs, const Cluster& cluster);

}  // namespace toolhive
