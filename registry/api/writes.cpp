#include "registry/api/writes.hpp"

#include "controller/base/percent.hpp"
#include "registry/api/conditional.hpp"
#include "registry/api/json_body.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"

namespace toolhive::registry {
namespace {

Result<Precondition> read_precondition(const Request& request) {
  auto match = EntityTags::parse(request.if_match, "If-Match", false);
  if (!match) return match.take_error();
  auto none_match = EntityTags::parse(request.if_none_match, "If-None-Match", true);
  if (!none_match) return none_match.take_error();
  if (!none_match->tags.empty()) {
    return Error{Code::Malformed, "takes only * in a write: create the tool if it is not there",
                 "If-None-Match"};
  }
  return Precondition{none_match->any, match->any, std::move(match->tags)};
}

Result<Write> read_registration(const Route& route, const Request& request, std::string_view raw_query,
                                const ToolPolicy& policy) {
  auto query = Query::parse(raw_query, {"force"});
  if (!query) return query.take_error();
  auto force = query->flag("force");
  if (!force) return force.take_error();
  if (auto ok = check_json_body(request); !ok) return ok.take_error();
  auto precondition = read_precondition(request);
  if (!precondition) return precondition.take_error();
  const bool put = route.kind == Route::Kind::Tool;
  if (put && request.if_match.empty() && request.if_none_match.empty()) {
    return Error{
        Code::NoPrecondition,
        "a PUT needs If-Match with the entity tag of the version it builds on (the ETag that GET gives), or "
        "If-None-Match: * to create the tool"};
  }
  auto definition = parse_definition(request.body, policy,
                                     put ? std::optional<std::string_view>(route.name) : std::nullopt);
  if (!definition) return definition.take_error();
  return Write(Register{std::move(*definition), std::move(*precondition), *force, policy.compatibility});
}

// Who asks, as the parameter managedBy says.
Result<std::optional<ManagedBy>> read_manager(const Query& query) {
  const auto* parameter = query.find("managedBy");
  if (parameter == nullptr) return std::optional<ManagedBy>();
  auto manager = parse_managed_by(*parameter);
  if (!manager) return Error{Code::Malformed, manager.error().detail, manager.error().field};
  return std::optional<ManagedBy>(std::move(*manager));
}

Result<Write> read_status(const Route& route, const Request& request, std::string_view raw_query,
                          const ToolPolicy& policy) {
  auto query = Query::parse(raw_query, {"managedBy", "force"});
  if (!query) return query.take_error();
  auto force = query->flag("force");
  if (!force) return force.take_error();
  auto manager = read_manager(*query);
  if (!manager) return manager.take_error();
  if (auto ok = check_json_body(request); !ok) return ok.take_error();
  auto precondition = read_precondition(request);
  if (!precondition) return precondition.take_error();
  if (request.body.size() > policy.tool_bytes)
    return Error{Code::TooLarge, "the body is larger than a tool may be in this registry"};
  auto status = parse_status(request.body, true);
  if (!status) return status.take_error();
  std::optional<std::string> version;
  if (route.kind == Route::Kind::Version) version = route.version;
  return Write(SetStatus{route.name, std::move(version), std::move(*status), std::move(*manager),
                         std::move(*precondition), *force});
}

Result<Write> read_withdrawal(const Route& route, const Request& request, std::string_view raw_query) {
  auto query = Query::parse(raw_query, {"managedBy", "purge", "force"});
  if (!query) return query.take_error();
  auto purge = query->flag("purge");
  if (!purge) return purge.take_error();
  auto force = query->flag("force");
  if (!force) return force.take_error();
  auto manager = read_manager(*query);
  if (!manager) return manager.take_error();
  auto precondition = read_precondition(request);
  if (!precondition) return precondition.take_error();
  Withdraw withdraw;
  withdraw.force = *force;
  withdraw.purge = *purge;
  withdraw.manager = std::move(*manager);
  withdraw.name = route.name;
  if (route.kind == Route::Kind::Version) withdraw.version = route.version;
  withdraw.precondition = std::move(*precondition);
  return Write(std::move(withdraw));
}

}  // namespace

Result<Write> read_write(const Call& call, const ToolPolicy& policy) {
  const auto& route = call.route;
  const auto& request = call.request;
  const auto query = call.query();
  // A name with a slash, which only an escape brings here, is a server's: not to be had as a tool.
  if (is_server_name(route.name)) return no_tool(route.name);
  if (request.method == "DELETE") return read_withdrawal(route, request, query);
  if (request.method == "PATCH") return read_status(route, request, query, policy);
  return read_registration(route, request, query, policy);
}

Response write_response(const Request& request, const Result<WriteOutcome>& result) {
  if (!result) return problem(result.error());
  Response response;
  if (result->kind == WriteOutcome::Kind::Withdrawn) {
    response.status = 204;
    return response;
  }
  const auto& registration = result->registration;
  // POST creates a version, PUT changes a tool.
  const bool created =
      request.method == "POST" ? result->kind == WriteOutcome::Kind::Created : result->new_tool;
  response.status = created ? 201 : 200;
  const auto location = request.prefix + "/api/v1/tools/" + result->name + "/versions/" +
                        percent_encode(registration->version.text());
  response.headers.emplace_back(created ? "Location" : "Content-Location", location);
  response.headers.emplace_back("ETag", '"' + entity_tag(*registration) + '"');
  response.content_type = kJson;
  response.body = std::shared_ptr<const std::string>(registration, &registration->document);
  return response;
}

}  // namespace toolhive::registry
