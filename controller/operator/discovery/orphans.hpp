// Takes away the MCPTools that were made for a Registry that is gone.
#pragma once

#include "controller/operator/options.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive {

// Declares a controller of MCPTools for that: a Registry may go while no operator runs, so that
// only the MCPTools themselves tell of it. Once, before Manager::run(); `manager` outlives its
// passes.
void attach_discovery_orphans(runtime::Manager& manager, const OperatorOptions& options);

}  // namespace toolhive
