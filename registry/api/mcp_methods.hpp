#pragma once

#include <string>
#include <variant>

#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"
#include "registry/api/mcp_request.hpp"

namespace toolhive::registry {

// Answers a request of the Model Context Protocol with the result of its method, as JSON text, or
// says why there is none. `call` is who sent it.
std::variant<std::string, McpRefusal> answer_mcp(ApiState& state, const Call& call,
                                                 const McpRequest& request);

}  // namespace toolhive::registry
