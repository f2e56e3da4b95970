#pragma once

#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/server.hpp"
#include "registry/model/tool.hpp"

namespace toolhive::registry {

/// The member of a server.json's _meta that lists the tools the server brings, as `tools/list` of MCP gives them.
inline constexpr std::string_view kToolsMeta = "mcpregistry.dev/tools";

/// The server.json schema that documents of our own name.
inline constexpr std::string_view kServerSchema =
    "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";

/// Parses and checks the server.json of a publication (server_check.hpp). The tools under _meta become definitions named
/// `<namespace>.<name>.<tool>`, managed by the server and of its version, where that is a semantic one. Malformed,
/// TooLarge, or Invalid with the JSON pointer of the first member at fault.
Result<ServerDefinition> parse_server(std::string_view body, const ToolPolicy& policy);

}  // namespace toolhive::registry
