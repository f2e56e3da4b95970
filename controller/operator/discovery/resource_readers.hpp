// Resources of other projects that stand for an MCP server. Only the few fields that tell where the
// server is are read, each by its path; what is missing or of another type counts as not there.
#pragma once

#include "controller/operator/discovery/found_server.hpp"

namespace toolhive {

// MCPServer of mcp.x-k8s.io: status.address.url, and the condition Ready or Available.
FoundServer read_lifecycle_server(const kube::Object& object, const FindRoute& routes);
// MCPServer of toolhive.stacklok.dev: status.url and phase; spec.transport and proxyMode.
FoundServer read_toolhive_server(const kube::Object& object, const FindRoute& routes);
// MCPServer of kagent.dev: the Service of its name, at spec.deployment.port and
// spec.httpTransport.path; the condition Ready.
FoundServer read_kagent_server(const kube::Object& object, const FindRoute& routes);
// MCPServerRegistration of mcp.kuadrant.io: spec.path at the Service behind the HTTPRoute that
// spec.targetRef names; the condition Ready.
FoundServer read_kuadrant_registration(const kube::Object& object, const FindRoute& routes);

}  // namespace toolhive
