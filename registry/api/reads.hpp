#pragma once

#include <string_view>

#include "registry/api/call.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// GET (and HEAD) of single tools, as functions of the index. A document is handed out as it lies in
// the index: the index is kept alive by the response as far as it needs it.

// The latest version of a tool, or the one the parameter `version` names.
Response get_tool(const Index& index, const Call& call);

// What versions a tool has, highest first, and with `withdrawn=true` those it has had.
Response get_versions(const Index& index, const Call& call);

Response get_version(const Index& index, const Call& call);

}  // namespace toolhive::registry
