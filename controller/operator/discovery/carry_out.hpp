// The third step: what was decided is done.
#pragma once

#include <string>

#include "controller/operator/discovery/decide.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

struct DiscoveryOutcome {
  // Those of the plan, and what turned out only when an MCPTool was written.
  std::vector<DiscoveryPlan::Refusal> refused;
  std::map<const Source*, DiscoveryCount> counts;
  std::string failed;  // why some MCPTools could not be written; empty: all were
  Status retry;        // not Ok: try the pass again
};

// One MCPTool's trouble is no reason to leave the next as it is, unless the API server itself is
// away.
DiscoveryOutcome carry_out(const Context& ctx, kube::Client& client, runtime::Applier& applier,
                           const DiscoveryPlan& plan);

}  // namespace toolhive
