// ServerTarget: all that it takes to look at a server.
#pragma once

#include <string>

#include "controller/mcp/client/options.hpp"
#include "controller/operator/server/references.hpp"
#include "crds/mcptool_server.hpp"

namespace toolhive {

struct ServerTarget {
  mcp::Options options;
  std::string digest;  // of all of it, secrets included, so that a change of them shows
};

// What is taken of a server: so much that all looks at one time and all that is kept fit into the
// memory that the operator is given (docs/operations.md adds it up).
mcp::Limits server_limits(const ProbeSpec& probe);

// The errors are those of References, and InvalidServer.
StatusOr<ServerTarget> server_target(const ServerSpec::Remote& remote, const ProbeSpec& probe,
                                     const mcp::AddressRules& addresses, References& references);

}  // namespace toolhive
