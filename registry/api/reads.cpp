#include "registry/api/reads.hpp"

#include "registry/api/problem.hpp"
#include "registry/api/reply.hpp"
#include "registry/model/json.hpp"
#include "registry/model/managed_by.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {
namespace {

Response serve(const std::shared_ptr<const Registration>& registration, const Request& request) {
  Response response;
  auto known = not_modified(request, entity_tag(*registration), response);
  if (!known) return problem(known.error());
  if (*known) return response;
  response.content_type = kJson;
  response.body = std::shared_ptr<const std::string>(registration, &registration->document);
  return response;
}

void append_version(std::string& out, const Version& version, const Sha256& digest) {
  out += "{\"version\":";
  append_json_string(out, version.text());
  out += ",\"digest\":\"sha256:" + to_hex(digest) + '"';
}

Response serve_version(const Tool& tool, const std::string& version, const Request& request) {
  if (auto registration = tool.find(version)) return serve(registration, request);
  return problem(no_version(tool, version));
}

}  // namespace

Response get_tool(const Index& index, const Call& call) {
  auto query = Query::parse(call.query(), {"version"});
  if (!query) return problem(query.error());
  const Tool* tool = find_live(index, call.route.name);
  if (tool == nullptr) return problem(no_tool(call.route.name));
  const auto* version = query->find("version");
  return version == nullptr ? serve(tool->live.front(), call.request)
                            : serve_version(*tool, *version, call.request);
}

Response get_versions(const Index& index, const Call& call) {
  auto query = Query::parse(call.query(), {"withdrawn"});
  if (!query) return problem(query.error());
  auto withdrawn = query->flag("withdrawn");
  if (!withdrawn) return problem(withdrawn.error());
  const Tool* tool = *withdrawn && !is_server_name(call.route.name) ? index.find(call.route.name)
                                                                    : find_live(index, call.route.name);
  if (tool == nullptr) return problem(no_tool(call.route.name));

  Response response;
  auto known = not_modified(call.request, tag_of_versions(*tool), response);
  if (!known) return problem(known.error());
  if (*known) return response;

  std::string out = "{\"name\":";
  append_json_string(out, tool->name);
  if (tool->latest() != nullptr) {
    out += ",\"latest\":";
    append_json_string(out, tool->latest()->version.text());
  }
  out += ",\"versions\":[";
  for (const auto& registration : tool->live) {
    if (registration != tool->live.front()) out += ',';
    append_version(out, registration->version, registration->digest);
    if (registration->contract_digest)
      out += ",\"contractDigest\":\"sha256:" + to_hex(*registration->contract_digest) + '"';
    out += ",\"registeredAt\":";
    append_json_string(out, registration->registered_at);
    if (registration->lifecycle != Lifecycle::Active) {
      out += ",\"status\":";
      append_json_string(out, name_of(registration->lifecycle));
    }
    if (registration->manager) {
      out += ",\"managedBy\":";
      append_managed_by(out, *registration->manager);
    }
    out += '}';
  }
  out += ']';
  if (*withdrawn) {
    out += ",\"withdrawn\":[";
    for (const auto& retired : tool->retired) {
      if (&retired != &tool->retired.front()) out += ',';
      append_version(out, retired.version, retired.digest);
      out += '}';
    }
    out += ']';
  }
  out += '}';
  response.content_type = kJson;
  response.body = std::make_shared<const std::string>(std::move(out));
  return response;
}

Response get_version(const Index& index, const Call& call) {
  if (auto query = Query::parse(call.query(), {}); !query) return problem(query.error());
  const Tool* tool = find_live(index, call.route.name);
  return tool == nullptr ? problem(no_tool(call.route.name))
                         : serve_version(*tool, call.route.version, call.request);
}

}  // namespace toolhive::registry
