#include "registry/api/diff.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "registry/api/comparison.hpp"
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

}  // namespace

Response get_diff(const Index& index, const Call& call) {
  auto query = Query::parse(call.query(), {"from", "to"});
  if (!query) return problem(query.error());
  const Tool* tool = find_live(index, call.route.name);
  if (tool == nullptr) return problem(no_tool(call.route.name));
  auto versions = find_versions(*tool, *query);
  if (!versions) return problem(versions.error());
  const auto& [from, to] = *versions;
  Response response;
  auto known = not_modified(call.request,
                            entity_tag(*from) + "-" + entity_tag(*to) + "-" + std::string(kComparisonVersion),
                            response);
  if (!known) return problem(known.error());
  if (*known) return response;

  const auto before = compared_tool(tool->name, *from);
  if (!before) return problem(before.error());
  const auto after = compared_tool(tool->name, *to);
  if (!after) return problem(after.error());
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(render_comparison(*before, *after));
  return response;
}

}  // namespace toolhive::registry
