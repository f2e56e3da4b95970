// Differences between what is registered of a tool and what was, or what waits.
#pragma once

#include "controller/base/json.hpp"
#include "controller/plugin/tree.hpp"

namespace toolhive::plugin {

// Of an answer of the registry's /diff: each change by its class, the breaking ones first.
Node comparison_tree(const Json& comparison);

// Of an MCPTool's status: the tools that are held, rejected or deprecated, with what the registry
// has and why what is offered is not there.
Node waiting_tree(const Json& tool);

}  // namespace toolhive::plugin
