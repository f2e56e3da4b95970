#include "registry/model/server_parse.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "registry/model/listed_tool.hpp"
#include "registry/model/server_check.hpp"

namespace toolhive::registry {
namespace {

constexpr std::size_t kServerTools = 256;

Result<Definition> define_server_tool(Json tool, const ServerDefinition& server, const ToolPolicy& policy,
                                      const std::string& at) {
  const auto refuse = [&at](std::string_view field, std::string detail) {
    return Error{Code::Invalid, std::move(detail), at + std::string(field)};
  };
  if (!tool.is_object()) return refuse("", "must be an object that defines a tool");
  for (const char* ours : {"version", "server", "managedBy"}) {
    if (tool.contains(ours)) return refuse(pointer_to("", ours), "is the server's to say; leave it out");
  }
  const auto name = tool.find("name");
  if (name == tool.end() || !name->is_string()) return refuse("/name", "is missing");
  if (auto ok = check_tool_name(name->get_ref<const std::string&>()); !ok)
    return refuse("/name", ok.error().detail);
  const auto full_name = server_tool_name(server.name, name->get_ref<const std::string&>());
  if (auto ok = policy.naming.check(full_name); !ok)
    return refuse("/name", "of the tool " + full_name + ": " + ok.error().detail);
  tool.erase("name");
  tool["server"] = {{"name", server.name}, {"version", server.version.text()}};
  auto definition = define_tool(full_name, std::move(tool), policy);
  if (!definition) {
    auto error = definition.take_error();
    return Error{error.code, "of the tool " + full_name + ": " + error.detail, at + error.field};
  }
  definition->version = server.version;
  definition->manager = server_as_manager(server.name);
  return definition;
}

Result<ServerDefinition> define_server(const Json& json, const ToolPolicy& policy) {
  auto version = Version::parse_any(json["version"].get_ref<const std::string&>());
  if (!version) return Error{Code::Invalid, version.error().detail, "/version"};
  ServerDefinition server{json["name"].get<std::string>(),
                          std::move(*version),
                          sha256(canonical_json(json)),
                          json.dump(),
                          {},
                          {}};
  const auto meta = json.find("_meta");
  if (meta == json.end() || !meta->contains(kToolsMeta)) return server;

  const auto at = pointer_to("/_meta", kToolsMeta);
  const auto& tools = (*meta)[std::string(kToolsMeta)];
  if (!tools.is_array() || tools.size() > kServerTools)
    return Error{Code::Invalid, "must be a list of at most 256 tools", at};
  std::set<std::string> names;
  for (std::size_t i = 0; i < tools.size(); ++i) {
    const auto here = pointer_to(at, std::to_string(i));
    auto tool =
        define_server_tool(without_unknown_members(tools[i], here, server.left_out), server, policy, here);
    if (!tool) return tool.take_error();
    if (!names.insert(tool->name).second)
      return Error{Code::Invalid, "occurs twice; keep one", here + "/name"};
    server.tools.push_back(std::move(*tool));
  }
  return server;
}

// A dot within a part gets a hyphen behind it, which no dot between parts has: whatever the parts
// hold, they can be told apart again, so that no server's tool has the name of another server's.
void append_part(std::string& out, std::string_view part) {
  for (const char c : part) {
    out += c;
    if (c == '.') out += '-';
  }
}

}  // namespace

std::string server_tool_name(std::string_view server, std::string_view tool) {
  const auto manager = server_as_manager(server);
  auto out = manager.namespace_ + ".";
  append_part(out, manager.name);
  out += '.';
  // The same for a tool that begins with a hyphen, which servers do not.
  const auto begin = tool.find_first_not_of('_');
  if (begin != tool.npos && tool[begin] == '-') out += '_';
  append_part(out, tool);
  return out;
}

Result<ServerDefinition> read_server(std::string_view json) {
  auto parsed = parse_stored_json(json);
  if (!parsed) return parsed.take_error();
  constexpr auto kAny = std::numeric_limits<std::size_t>::max();
  ToolPolicy any;
  any.tool_bytes = kAny;
  any.json.values = kAny;
  any.schema.subschemas = kAny;
  any.schema.depth = any.json.depth;
  return define_server(*parsed, any);
}

Result<ServerDefinition> parse_server(std::string_view body, const ToolPolicy& policy) {
  if (body.size() > policy.tool_bytes) {
    return Error{Code::TooLarge, "the server has " + std::to_string(body.size()) +
                                     " bytes; this registry takes at most " +
                                     std::to_string(policy.tool_bytes)};
  }
  auto limits = policy.json;
  limits.depth -= 2;  // What is stored and served has it within two more.
  auto parsed = parse_json(body, limits);
  if (!parsed) return parsed.take_error();
  if (!parsed->is_object()) return Error{Code::Invalid, "the body must be a JSON object: a server.json"};
  for (const auto& issue : check_server(*parsed, policy.profile)) {
    if (!issue.warning) return Error{Code::Invalid, issue.message, issue.pointer};
  }
  return define_server(*parsed, policy);
}

}  // namespace toolhive::registry
