// Keeping what a registry lists of an MCPTool's server as it is to be.
#pragma once

#include <string>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

// Publishes a server.json, or changes what is published under its version, and makes it the latest:
// later versions, from which the server has gone back, are marked as deleted, and the state of the
// version that was the latest before becomes kSuperseded. Where the registry has
// it already, one GET. Repeating it is harmless. Errors are those of RegistryApi.
Status list_server(const Context& ctx, RegistryApi& registry, const Json& wanted);

// Marks all its versions as deleted. Success also when there is none.
Status unlist_server(const Context& ctx, RegistryApi& registry, const std::string& name);

}  // namespace toolhive
