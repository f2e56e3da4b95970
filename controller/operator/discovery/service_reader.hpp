// Services by which an MCP server makes itself known.
#pragma once

#include "controller/operator/discovery/found_server.hpp"

namespace toolhive {

// The labels that say so, as selectors.
inline constexpr const char* kServiceSelector = "mcpregistry.dev/mcp=true";
inline constexpr const char* kKagentServiceSelector = "kagent.dev/mcp-service=true";

// By our own annotations: mcpregistry.dev/path, port, transport and name.
FoundServer read_service(const kube::Object& object, const FindRoute& routes);
// By kagent's: kagent.dev/mcp-service-path, mcp-service-port and mcp-service-protocol.
FoundServer read_kagent_service(const kube::Object& object, const FindRoute& routes);

}  // namespace toolhive
