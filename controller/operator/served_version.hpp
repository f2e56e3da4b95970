// Which version of a tool a registry serves, and seeing to it that it is the one that is wanted.
#pragma once

#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

// What was taken out so that a version is served.
struct PutBack {
  std::vector<std::string> withdrawn;  // versions, the highest first
  // What kept others from being withdrawn; Unavailable also where there are more of them than one
  // call takes out.
  Status failure;
};

// Of `versions`, as RegistryApi::versions() gives them, takes out those that are served in place of
// `wanted`. Where `wanted` is not among them nothing is taken out: of several replicas one that is
// behind does not know of it yet.
PutBack withdraw_versions_before(const Context& ctx, RegistryApi& registry, const std::string& wanted,
                                 const std::vector<RegistryEntry>& versions, const ManagedBy& manager);

// The same, of what the registry has now.
PutBack withdraw_versions_before(const Context& ctx, RegistryApi& registry, const RegistryEntry& wanted,
                                 const ManagedBy& manager);

}  // namespace toolhive
