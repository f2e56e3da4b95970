// The third step of a pass over a Registry: what was decided is done.
#pragma once

#include <optional>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/operator/operand/operand_writer.hpp"
#include "controller/operator/registry/decide.hpp"

namespace toolhive {

struct RegistryOutcome {
  // the spec is not accepted, by the plan or by the API server
  std::optional<ConditionValue> refused;
  std::optional<RegistryInputs> declared = {};  // what was written; absent: nothing
  WrittenOperands written;
  Cluster cluster;  // as it turned out
};

// Writes for `owner`. What goes wrong with an operand is part of the outcome; an error means that
// nothing can be said.
StatusOr<RegistryOutcome> carry_out(const Context& ctx, kube::Client& client, runtime::Applier& applier,
                                    kube::Discovery& discovery, const kube::Object& owner,
                                    const RegistryPlan& plan);

}  // namespace toolhive
