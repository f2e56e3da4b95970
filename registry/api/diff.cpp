#include "registry/api/diff.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/model/tool_diff.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

using Versions = std::pair<std::shared_ptr<const Registration>, std::shared_ptr<const Registration>>;

Result<Versions> find_versions(const Tool& tool, const Query& query) {
  auto to = tool.live.front();
  if (const auto* text = query.find("to")) {
    to = tool.find(*text);
    if (to == nullptr) return no_version(tool, *text);
  }
  if (const auto* text = query.find("from")) {
    auto from = tool.find(*text);
    if (from == nullptr) return no_version(tool, *text);
    return Versions(std::move(from), std::move(to));
  }
  const auto it = std::find(tool.live.begin(), tool.live.end(), to);
  if (it + 1 == tool.live.end()) {
    return Error{Code::NotFound, "the tool " + tool.name + " has no version before " + to->version.text() +
                                     "; name one with from"};
  }
  return Versions(*(it + 1), std::move(to));
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
  out += out.empty() || out.back() == '[' || out.back() == ',' ? "{\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, value);
}

}  // namespace

Response get_diff(const Index& index, const Route& route, const Request& request,
                  std::string_view raw_query) {
  auto query = Query::parse(raw_query, {"from", "to"});
  if (!query) return problem(query.error());
  const Tool* tool = find_live(index, route.name);
  if (tool == nullptr) return problem(no_tool(route.name));
  auto versions = find_versions(*tool, *query);
  if (!versions) return problem(versions.error());
  const auto& [from, to] = *versions;
  Response response;
  auto known = not_modified(request, entity_tag(*from) + "-" + entity_tag(*to), response);
  if (!known) return problem(known.error());
  if (*known) return response;

  const auto differences = diff_tools(Json::parse(from->document), Json::parse(to->document));
  const bool breaking = std::any_of(differences.begin(), differences.end(), [](const auto& each) {
    return each.compatibility == Compatibility::Breaking;
  });
  std::string out;
  append_text(out, "name", tool->name);
  append_text(out, "from", from->version.text());
  append_text(out, "to", to->version.text());
  out += std::string(",\"compatible\":") + (breaking ? "false" : "true") + ",\"changes\":[";
  for (const auto& each : differences) {
    if (&each != &differences.front()) out += ',';
    append_text(out, "change", each.compatibility == Compatibility::Breaking ? "breaking" : "compatible");
    append_text(out, "pointer", each.pointer);
    append_text(out, "keyword", each.keyword);
    append_text(out, "message", each.message);
    out += '}';
  }
  out += "]}";
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(out));
  return response;
}

}  // namespace toolhive::registry
