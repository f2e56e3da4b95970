// A registry as a tree: its conditions, what it is made of, what registers in it, its backups.
#pragma once

#include "controller/base/json.hpp"
#include "controller/plugin/registry_objects.hpp"
#include "controller/plugin/tree.hpp"

namespace toolhive::plugin {

Node status_tree(const RegistryObjects& objects);

// The MCPTool with the tools of it that are not registered, or not as they are offered.
Node tool_node(const Json& tool);

}  // namespace toolhive::plugin
