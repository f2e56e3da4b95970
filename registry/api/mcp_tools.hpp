#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/base/json.hpp"
#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"

namespace toolhive::registry {

// Calls one of kMcpTools: each is a read of the API, made with the rights of `caller`, and bounded
// as that is. The CallToolResult as JSON text; what is wrong with the arguments or not to be found
// is a result that says so. None when there is no such tool.
std::optional<std::string> call_mcp_tool(ApiState& state, const Call& caller, std::string_view name,
                                         const toolhive::Json& arguments);

}  // namespace toolhive::registry
