// Keeping an MCPTool's workload as its spec declares it, and saying how it is.
#pragma once

#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/kube/object/ref.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/options.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/write/applier.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

// How the server that the spec declares is.
struct WorkloadState {
  // It serves, and nothing older beside it.
  bool serves = false;
  std::string url;       // where it does
  std::string revision;  // of what serves; another one may offer something else
  // Why it does not serve, beyond a start or a rollout that takes its time.
  std::optional<ConditionValue> trouble;
  Status retry;  // not Ok: something could not be written just now; try the pass again
};

// Writes what differs. What an MCPTool without a workload had is removed, and the state is absent.
// The cache has the types of workload_operands(), and pods. An error is what could not be read
// just now.
StatusOr<std::optional<WorkloadState>> keep_workload(const Context& ctx, const runtime::Cache& cache,
                                                     runtime::Applier& applier,
                                                     const OperatorOptions& options,
                                                     const kube::Ref<MCPTool>& tool);

}  // namespace toolhive
