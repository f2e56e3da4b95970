#pragma once

#include "registry/api/call.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// POST /api/v1/compare
Response compare_tools(const Index& index, const Call& call, const ToolPolicy& policy);

}  // namespace toolhive::registry
