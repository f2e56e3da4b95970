// The indexes by which the MCPTools of a Registry, and those that want one name in it, are found in
// the cache.
#pragma once

#include <string>
#include <vector>

#include "controller/kube/object/object.hpp"

namespace toolhive {

inline constexpr const char* kRegistryIndex = "registry";  // by the key of the Registry, as text
inline constexpr const char* kClaimIndex = "claim";        // by NameClaim::to_string()

std::vector<std::string> index_by_registry(const kube::Object& mcptool);
std::vector<std::string> index_by_claim(const kube::Object& mcptool);

}  // namespace toolhive
