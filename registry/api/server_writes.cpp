#include "registry/api/server_writes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "registry/api/budget.hpp"
#include "registry/api/cached_list.hpp"
#include "registry/api/problem.hpp"
#include "registry/api/server_versions.hpp"
#include "registry/model/server_check.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

using Kind = Route::Kind;

constexpr const char* kLeftOut =
    "is no member that this registry knows of a tool: it stays in the server.json, and the tool is "
    "registered "
    "without it; _meta takes what is your own";

// The official registry takes a body without a type for JSON, and types that are made of it.
bool is_json(std::string_view content_type) {
  const auto type = to_lower(trim(content_type.substr(0, content_type.find(';'))));
  return type.empty() || type == kJson || (type.starts_with("application/") && type.ends_with("+json"));
}

Result<void> check_body(const Request& request, const ToolPolicy& policy) {
  if (!is_json(request.content_type))
    return Error{Code::MediaType, "must be application/json", "Content-Type"};
  if (request.body.size() <= policy.tool_bytes) return {};
  return Error{Code::TooLarge, "the body has " + std::to_string(request.body.size()) +
                                   " bytes; this registry takes at most " +
                                   std::to_string(policy.tool_bytes)};
}

Result<Write> read_put(const Route& route, const Request& request, const ToolPolicy& policy) {
  auto server = parse_server(request.body, policy);
  if (!server) return server.take_error();
  const bool edit = route.kind == Kind::ServerVersion;
  if (edit && route.version == "latest")
    return Error{Code::NotFound, "Server not found: latest is read, not written; name the version"};
  if (edit && server->name != route.name)
    return Error{Code::Malformed, "a server cannot be renamed: it must be the name in the URL", "/name"};
  if (edit && server->version.text() != route.version)
    return Error{Code::Malformed, "must be the version in the URL", "/version"};
  return Write(PutServer{std::move(*server), edit, {}, policy.compatibility});
}

Result<Write> read_server_status(const Route& route, const Request& request, const ToolPolicy& policy) {
  SetStatus write;
  write.name = route.name;
  write.naming = policy.naming;
  if (route.kind != Kind::ServerStatus) write.version = route.version;
  if (request.method == "DELETE") {
    write.status.lifecycle = Lifecycle::Deleted;
    return Write(std::move(write));
  }
  auto status = parse_status(request.body, false);
  if (!status) return status.take_error();
  write.status = std::move(*status);
  return Write(std::move(write));
}

// All versions of a server, those published last first, with their number. Those that an answer has
// no room for are counted only.
Response updated(const Index& index, const std::string& name, const auth::Permit* permit) {
  const Tool* server = index.find_server(name);
  auto versions = server == nullptr ? std::vector<ServerVersion>() : versions_of(*server, permit);
  std::erase_if(versions, [](const auto& each) { return each.published == nullptr; });
  std::stable_sort(versions.begin(), versions.end(),
                   [](const auto& a, const auto& b) { return a.published_at > b.published_at; });
  std::string out = "{\"updatedCount\":" + std::to_string(versions.size()) + ",\"servers\":[";
  Budget budget;
  for (const auto& each : versions) {
    const auto begin = out.size();
    if (&each != &versions.front()) out += ',';
    append_server(out, each, permit);
    if (budget.take(out.size() - begin)) continue;
    out.resize(begin);
    break;
  }
  out += "]}";
  return Response::text(200, kJson, std::move(out));
}

}  // namespace

Result<Write> read_server_write(const Call& call, const ToolPolicy& policy) {
  const auto& route = call.route;
  const auto& request = call.request;
  if (request.method != "DELETE") {
    if (auto ok = check_body(request, policy); !ok) return ok.take_error();
  }
  if (route.kind != Kind::Publish && !is_server_name(route.name))
    return Error{Code::NotFound, "Server not found: a server's name has a slash, escaped as %2F in the URL"};
  const bool put = route.kind == Kind::Publish || request.method == "PUT";
  return put ? read_put(route, request, policy) : read_server_status(route, request, policy);
}

Response server_write_response(const Call& call, const Result<WriteOutcome>& result, const Index& index) {
  if (!result) {
    const auto& error = result.error();
    // A version that is published already is a bad request in this API.
    return problem(error.code == Code::Conflict ? 400 : status_of(error.code), error.detail, error.field,
                   error.others);
  }
  if (result->kind == WriteOutcome::Kind::Unchanged) {
    if (call.request.method == "DELETE")
      return problem(404, "Server not found: this version is deleted already");
    return problem(400, "No changes to apply: status and message are what they are to be");
  }
  const auto* permit = limits_of_reader(call);
  if (call.route.kind == Kind::ServerStatus) return updated(index, result->name, permit);
  const auto version =
      find_version(index.find_server(result->name), result->registration->version.text(), permit);
  if (!version) return problem(500, "the version that was written is not there");
  std::string body;
  append_server(body, *version, permit);
  auto response = Response::text(200, kJson, std::move(body));
  response.headers.emplace_back("ETag", '"' + entity_tag(*version, permit) + '"');
  return response;
}

Response validate_server(const Request& request, const ToolPolicy& policy) {
  if (auto ok = check_body(request, policy); !ok) return problem(ok.error());
  const auto server = parse_json(request.body, policy.json);
  if (!server) return problem(server.error());
  auto issues = check_server(*server, policy.profile);
  bool valid = std::all_of(issues.begin(), issues.end(), [](const auto& issue) { return issue.warning; });
  if (valid) {
    // What else would keep it from being published: the tools it brings.
    auto parsed = parse_server(request.body, policy);
    if (!parsed) {
      valid = false;
      issues.push_back({parsed.error().field, parsed.error().detail, "invalid-tool", false, false});
    } else {
      for (const auto& pointer : parsed->left_out.pointers())
        issues.push_back({pointer, kLeftOut, "unknown-tool-member", false, true});
    }
  }
  std::string out = std::string("{\"valid\":") + (valid ? "true" : "false") + ",\"issues\":[";
  for (const auto& issue : issues) {
    if (&issue != &issues.front()) out += ',';
    out += issue.structural ? R"({"type":"schema","path":)" : R"({"type":"semantic","path":)";
    append_json_string(out, dotted_path(issue.pointer));
    out += ",\"message\":";
    append_json_string(out, issue.message);
    out += issue.warning ? R"(,"severity":"warning","reference":)" : R"(,"severity":"error","reference":)";
    append_json_string(out, issue.reference);
    out += '}';
  }
  out += "]}";
  return Response::text(200, kJson, std::move(out));
}

}  // namespace toolhive::registry
