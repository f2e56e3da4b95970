#pragma once

#include <string_view>

#include "registry/api/budget.hpp"
#include "registry/api/call.hpp"
#include "registry/api/list_cache.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// One page of tools, each in its latest version: in the order of their names, or those that match a
// search best first. Every parameter of /api/v1/tools in docs/api-reference.md. To be called when
// ready_list() has no answer.
Response get_tools(const Index& index, const Call& call, ListCache& cache, Budget budget);

}  // namespace toolhive::registry
