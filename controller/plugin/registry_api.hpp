// The HTTP API of a registry, by way of the API server's proxy.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/plugin/session.hpp"

namespace toolhive::plugin {

struct RegistryName {
  std::string ns;
  std::string name;
};

// The Registry that the MCPTool registers in.
RegistryName registry_of(const Json& tool);

// What it answers to GET of `target`, such as "/version". The proxy passes no token on and shows no
// certificate: a registry that asks for a token answers Unauthorized, and Forbidden, saying what to
// do, is what comes of one that asks for certificates.
StatusOr<Json> get_from(const Session& session, const RegistryName& registry, const std::string& target);

}  // namespace toolhive::plugin
