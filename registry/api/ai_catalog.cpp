#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "registry/api/cached_list.hpp"
#include "registry/api/current_servers.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/views.hpp"

namespace toolhive::registry {
namespace {

constexpr const char* kCardSchema =
    "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json";

// "example.io" for "io.example".
std::string reversed_domain(std::string_view name) {
  std::string out;
  for (auto rest = name;;) {
    const auto dot = rest.rfind('.');
    out += rest.substr(dot == rest.npos ? 0 : dot + 1);
    if (dot == rest.npos) return out;
    out += '.';
    rest = rest.substr(0, dot);
  }
}

// "urn:air:example.io:mcp:weather" for "io.example/weather".
std::string catalog_identifier(std::string_view name) {
  const auto slash = name.find('/');
  return "urn:air:" + reversed_domain(name.substr(0, slash)) + ":mcp:" + std::string(name.substr(slash + 1));
}

// A card is what a server.json says of a server that runs somewhere.
Json card_of(const Json& server) {
  Json card = {{"$schema", kCardSchema}};
  for (const char* member :
       {"name", "description", "title", "repository", "version", "websiteUrl", "icons", "remotes"}) {
    if (const auto found = server.find(member); found != server.end()) card[member] = *found;
  }
  return card;
}

}  // namespace

Response get_ai_catalog(const Index& index, const Call& call, ListCache& cache, Budget budget) {
  if (auto query = Query::parse(call.query(), {}); !query) return problem(query.error());
  const auto render = [&](const auth::Permit* permit) -> Result<std::string> {
    std::string out = R"({"specVersion":"1.0","entries":[)";
    bool fits = true;
    const auto visited = visit_current_servers(index, permit, budget, [&](const Json& server) {
      if (!server.contains("remotes") || !fits) return;
      const Json entry = {{"identifier", catalog_identifier(server["name"].get_ref<const std::string&>())},
                          {"type", "application/mcp-server-card+json"},
                          {"data", card_of(server)}};
      const auto text = entry.dump();
      fits = budget.take(text.size());
      if (fits) out += (out.ends_with('[') ? "" : ",") + text;
    });
    if (!visited) return visited.error();
    if (!fits) return too_many_servers();
    return out + "]}";
  };
  return make_list(index, call, cache, render, "application/ai-catalog+json");
}

}  // namespace toolhive::registry
