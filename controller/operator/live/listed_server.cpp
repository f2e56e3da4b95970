#include "controller/operator/live/listed_server.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/text.hpp"
#include "controller/operator/live/live_version.hpp"

namespace toolhive {

namespace {

constexpr const char* kSchema =
    "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
constexpr std::string_view kDomain = "local.cluster.svc.";
// Of a name of the API, in bytes.
constexpr std::size_t kLongestName = 200;
constexpr std::size_t kShortestPart = 2;
// Of a title or a description of the API, in characters.
constexpr std::size_t kLongestText = 100;
constexpr std::size_t kMostHeld = 50;
// Of why a tool is held, in bytes.
constexpr std::size_t kLongestCause = 256;

Json remote(const ListedServer& server) {
  Json remote = {{"type", "streamable-http"}, {"url", server.url}};
  for (const std::string& header : server.headers)
    remote["headers"].push_back({{"name", header}, {"isRequired", true}, {"isSecret", true}});
  return remote;
}

Json held_tool(const LiveTool& tool) {
  Json held = {{"name", tool.name}, {"reason", tool.reason}};
  if (!tool.message.empty()) held["message"] = cleaned(tool.message, kLongestCause);
  if (!tool.version.empty()) held["version"] = tool.version;
  if (!tool.contract_digest.empty()) held["contractDigest"] = tool.contract_digest;
  return held;
}

Json held_tools(const std::vector<LiveTool>& tools) {
  Json held = Json::array();
  for (const LiveTool& tool : tools)
    if (tool.state == ToolState::Held && held.size() < kMostHeld) held.push_back(held_tool(tool));
  return held;
}

Json observed(const ListedServer& server, const OfferReport& offer) {
  Json observed = {
      {"managedBy",
       {{"kind", server.manager.kind}, {"namespace", server.manager.ns}, {"name", server.manager.name}}},
      {"reach", server.in_cluster_only ? "cluster" : "url"},
      {"state", server.state},
      {"offered", offer.offered},
      {"registered", count_in_state(offer.tools, ToolState::Registered)},
      {"heldCount", count_in_state(offer.tools, ToolState::Held)},
      {"held", held_tools(offer.tools)}};
  if (!server.protocol.empty()) observed["protocol"] = server.protocol;
  if (!offer.digest.empty()) observed["offeredDigest"] = offer.digest;
  return observed;
}

}  // namespace

std::optional<std::string> listed_name(const std::string& ns, const std::string& name) {
  std::string listed = std::string(kDomain) + ns + "/" + name;
  if (name.size() < kShortestPart || listed.size() > kLongestName) return std::nullopt;
  return listed;
}

Json listed_server(const std::string& name, const ListedServer& server, const OfferReport& offer) {
  Json document = {
      {"$schema", kSchema},
      {"name", name},
      {"description",
       cleaned("The server of MCPTool " + server.manager.ns + "/" + server.manager.name, kLongestText)},
      {"version", listed_version(server.version)},
      {"remotes", Json::array({remote(server)})},
      {"_meta", {{kObservedMeta, observed(server, offer)}}}};
  if (const std::string title = cleaned(server.title, kLongestText); !title.empty())
    document["title"] = title;
  return document;
}

}  // namespace toolhive
