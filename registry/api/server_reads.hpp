#pragma once

#include <string_view>

#include "registry/api/budget.hpp"
#include "registry/api/call.hpp"
#include "registry/api/list_cache.hpp"
#include "registry/store/index.hpp"

namespace toolhive::registry {

// The reads of the official registry API (/v0.1), with its parameters, orders, cursors and
// statuses. Parameters it does not know are ignored, as there. What the sender may not read is left
// out.

// One page of versions, by name and version. To be called when ready_list() has no answer.
Response get_servers(const Index& index, const Call& call, ListCache& cache, Budget budget);

// All versions of a server, the last published first. What would be more bytes than an answer may
// have goes on where `cursor` says, which the official registry does not have here.
Response get_server_versions(const Index& index, const Call& call);

// A version of a server, or the `latest`.
Response get_server_version(const Index& index, const Call& call);

}  // namespace toolhive::registry
