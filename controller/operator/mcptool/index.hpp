// The indexes by which the MCPTools of a Registry, and those that want one name in it, are found in the cache.
#pragma once

#include "controller/runtime/cache/cache.hpp"

namespace toolhive {

inline constexpr const char* kRegistryIndex = "registry";  // by the key of the Registry, as text
inline constexpr const char* kClaimIndex = "claim";        // by Claim::to_string()

// Declares MCPTools to the cache, and the two indexes. Once, before the cache starts.
Status index_tools(runtime::Cache& cache);

}  // namespace toolhive
