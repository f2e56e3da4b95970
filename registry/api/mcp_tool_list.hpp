#pragma once

#include <string_view>

namespace toolhive::registry {

// The tools that the registry offers to clients of the Model Context Protocol, as tools/list has
// them: mcp_tools.json beside this file, put in by the build.
extern const std::string_view kMcpTools;

}  // namespace toolhive::registry
