#pragma once

#include <memory>

#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"

namespace toolhive::registry {

// POST /mcp: the registry as a server of the Model Context Protocol over streamable HTTP, in
// 2026-07-28 and, without sessions, in the versions before that. Answers are JSON.
void serve_mcp(ApiState& state, std::shared_ptr<const Call> call, Respond respond);

}  // namespace toolhive::registry
