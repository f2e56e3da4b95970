#include "registry/api/compare.hpp"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "registry/api/comparison.hpp"
#include "registry/api/json_body.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/auth/permit.hpp"

namespace toolhive::registry {
namespace {

struct Sides {
  Json from, to;
};

Result<Sides> read_sides(const Call& call, const ToolPolicy& policy) {
  if (auto query = Query::parse(call.query(), {}); !query) return query.take_error();
  if (auto ok = check_json_body(call.request); !ok) return ok.take_error();
  // Two definitions, each as deep and with as many values as one may have.
  auto body = parse_json(call.request.body, {policy.json.depth + 1, 2 * policy.json.values + 3});
  if (!body) return body.take_error();
  if (!body->is_object() || body->size() != 2 || !body->contains("from") || !body->contains("to")) {
    return Error{Code::Malformed,
                 "the body must be an object with the members from and to, each a tool definition, or the "
                 "name and version of a registered tool"};
  }
  return Sides{std::move((*body)["from"]), std::move((*body)["to"])};
}

// Whether a side names a registered tool. A definition has an inputSchema.
bool is_reference(const Json& side) {
  return side.is_object() && std::all_of(side.items().begin(), side.items().end(), [](const auto& member) {
           return member.key() == "name" || member.key() == "version";
         });
}

Result<ComparedTool> find_registered(const Index& index, const Call& call, const Json& reference) {
  for (const char* member : {"name", "version"}) {
    if (reference.contains(member) && !reference[member].is_string())
      return Error{Code::Invalid, "must be a string", "/" + std::string(member)};
  }
  if (!reference.contains("name"))
    return Error{Code::Invalid, "is missing; give the name of a registered tool, or a whole definition",
                 "/name"};
  const auto name = reference["name"].get<std::string>();
  const bool readable = call.permit == nullptr || call.permit->may(auth::Right::Read, name);
  const Tool* tool = readable ? find_live(index, name) : nullptr;
  if (tool == nullptr) return no_tool(name);
  if (!reference.contains("version")) return compared_tool(name, *tool->live.front());
  const auto version = reference["version"].get<std::string>();
  const auto registration = tool->find(version);
  if (registration == nullptr) return no_version(*tool, version);
  return compared_tool(name, *registration);
}

Result<ComparedTool> read_definition(Json side, const ToolPolicy& policy) {
  // Of its own text, so that it has the limits of one that is registered.
  auto definition = parse_definition(side.dump(), policy);
  if (!definition) return definition.take_error();
  return ComparedTool{definition->name, definition->version ? definition->version->text() : std::string(),
                      definition->contract_digest, std::make_shared<const Json>(std::move(side))};
}

// `place`: the member of the body that the side is.
Result<ComparedTool> read_side(const Index& index, const Call& call, const ToolPolicy& policy, Json side,
                               const char* place) {
  auto tool =
      is_reference(side) ? find_registered(index, call, side) : read_definition(std::move(side), policy);
  if (tool) return tool;
  auto error = tool.take_error();
  error.field = place + error.field;
  return error;
}

}  // namespace

Response compare_tools(const Index& index, const Call& call, const ToolPolicy& policy) {
  auto sides = read_sides(call, policy);
  if (!sides) return problem(sides.error());
  const auto from = read_side(index, call, policy, std::move(sides->from), "/from");
  if (!from) return problem(from.error());
  const auto to = read_side(index, call, policy, std::move(sides->to), "/to");
  if (!to) return problem(to.error());
  return Response::text(200, kJson, render_comparison(*from, *to));
}

}  // namespace toolhive::registry
