#pragma once

#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/server.hpp"
#include "registry/model/tool.hpp"

namespace toolhive::registry {

// The member of a server.json's _meta that lists the tools the server brings, as `tools/list` of
// MCP gives them.
inline constexpr std::string_view kToolsMeta = "mcpregistry.dev/tools";

// The member in which the operator tells what it saw of a server that it looks after. The registry
// reads no more of it than the names of the tools that are held back.
inline constexpr std::string_view kObservedMeta = "mcpregistry.dev/observed";

// The server.json schema that documents of our own name.
inline constexpr std::string_view kServerSchema =
    "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

// Parses and checks the server.json of a publication (server_check.hpp). The tools under _meta
// become definitions named as server_tool_name() says, managed by the server and of its version,
// without members that are not known here. Malformed, TooLarge, or Invalid with the JSON pointer of
// the first member at fault.
Result<ServerDefinition> parse_server(std::string_view body, const ToolPolicy& policy);

// Reads a server.json back that parse_server() took once, whatever the policy was and is.
Result<ServerDefinition> read_server(std::string_view json);

// The name under which a server's tool is registered, of at most kServerToolNameBytes: the server's
// namespace and name and the tool's name with dots between them. A dot within the latter two is
// written ".-", so that two servers never share a name.
std::string server_tool_name(std::string_view server, std::string_view tool);

}  // namespace toolhive::registry
