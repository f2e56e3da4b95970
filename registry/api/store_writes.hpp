// Writes on their way to the store and back: checked, allowed, written, answered, counted.
#pragma once

#include <memory>

#include "registry/api/api_state.hpp"
#include "registry/api/call.hpp"

namespace toolhive::registry {

void write_tool(ApiState& state, std::shared_ptr<const Call> call, Respond respond);

// The writes of the official registry API.
void write_server(ApiState& state, std::shared_ptr<const Call> call, Respond respond);

}  // namespace toolhive::registry
