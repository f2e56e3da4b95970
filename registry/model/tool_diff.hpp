#pragma once

#include <vector>

#include "registry/model/json.hpp"
#include "registry/model/schema_diff.hpp"

namespace toolhive::registry {

/// The differences between two documents of one tool, in the order of their pointers' members. What the registry adds
/// (version, times, status, digest) and who manages the entry do not count.
///
/// Breaking are: what schema_diff.hpp says of the schemas; an outputSchema that is gone; a hint that clients may rely on
/// to let the tool run without asking (readOnlyHint, destructiveHint, idempotentHint, openWorldHint) that promises less
/// than before; and a taskSupport under which calls of before fail. Texts, icons, tags, the server and _meta are
/// compatible.
std::vector<Difference> diff_tools(const Json& before, const Json& after);

}  // namespace toolhive::registry
