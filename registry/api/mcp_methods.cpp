#include "registry/api/mcp_methods.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/base/utf8.hpp"
#include "controller/mcp/message/protocol.hpp"
#include "registry/api/mcp_tool_list.hpp"
#include "registry/api/mcp_tools.hpp"

namespace toolhive::registry {
namespace {

using Answer = std::variant<std::string, McpRefusal>;

constexpr const char* kInstructions =
    "A registry of MCP tools and servers. Find tools with search_tools, read the schemas of one with "
    "get_tool, "
    "and see what changed between two of its versions with compare_versions. list_servers says where the "
    "servers are that offer them.";

// What is offered changes only with the program. 2026-07-28, "Caching".
constexpr std::chrono::milliseconds kFresh = std::chrono::hours(1);

toolhive::Json server_info() {
  return {{"name", "mcp-registry"}, {"title", "MCP registry"}, {"version", TOOLHIVE_VERSION}};
}

toolhive::Json capabilities() {
  return {{"tools", toolhive::Json::object()}};
}

toolhive::Json cacheable() {
  return {{"resultType", "complete"}, {"ttlMs", kFresh.count()}, {"cacheScope", "public"}};
}

Answer discover() {
  auto result = cacheable();
  auto& versions = result["supportedVersions"] = toolhive::Json::array();
  for (const auto version : mcp::kModernVersions) versions.push_back(version);
  for (const auto version : mcp::kLegacyVersions) versions.push_back(version);
  result["capabilities"] = capabilities();
  result["instructions"] = kInstructions;
  result["_meta"] = {{mcp::kMetaServerInfo, server_info()}};
  return result.dump();
}

// There is no session: nothing is kept of a client.
Answer initialize(const toolhive::Json& params) {
  const auto asked = string_member(params, "protocolVersion");
  const auto& known = mcp::kLegacyVersions;
  const bool spoken = std::find(known.begin(), known.end(), asked) != known.end();
  return toolhive::Json{{"protocolVersion", spoken ? asked : std::string(known.front())},
                        {"capabilities", capabilities()},
                        {"serverInfo", server_info()},
                        {"instructions", kInstructions}}
      .dump();
}

Answer list_tools(const toolhive::Json& params) {
  if (params.contains("cursor"))
    return McpRefusal{.code = mcp::kInvalidParams,
                      .message = "Invalid params: all tools are on the first page"};
  auto result = cacheable().dump();
  result.pop_back();
  return result + ",\"tools\":" + std::string(kMcpTools) + '}';
}

Answer call_tool(ApiState& state, const Call& call, const toolhive::Json& params) {
  constexpr std::size_t kMostShown = 100;
  const auto name = string_member(params, "name");
  static const auto kNone = toolhive::Json::object();
  const auto& arguments = params.contains("arguments") ? params["arguments"] : kNone;
  if (!arguments.is_object())
    return McpRefusal{.code = mcp::kInvalidParams, .message = "Invalid params: arguments are no object"};
  if (auto result = call_mcp_tool(state, call, name, arguments)) return std::move(*result);
  return McpRefusal{.code = mcp::kInvalidParams,
                    .message = "Unknown tool: " + std::string(truncate_utf8(name, kMostShown))};
}

Answer no_method(const std::string& method) {
  return McpRefusal{.status = 404, .code = mcp::kMethodNotFound, .message = "Method not found: " + method};
}

}  // namespace

std::variant<std::string, McpRefusal> answer_mcp(ApiState& state, const Call& call,
                                                 const McpRequest& request) {
  const auto& method = request.message.method;
  const auto& params = *request.message.params;
  if (method == "tools/list") return list_tools(params);
  if (method == "tools/call") return call_tool(state, call, params);
  const bool legacy = request.era == McpRequest::Era::Legacy;
  if (legacy && method == "initialize") return initialize(params);
  if (legacy && method == "ping") return std::string("{}");
  if (!legacy && method == "server/discover") return discover();
  return no_method(method);
}

}  // namespace toolhive::registry
