#include "registry/store/restore_check.hpp"

#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "registry/model/json.hpp"
#include "registry/model/lifecycle.hpp"
#include "registry/model/server_parse.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

Error unacceptable(std::string detail, std::string field) {
  return {Code::Invalid, std::move(detail), std::move(field)};
}

// Takes a member out of a record; null when it is not there.
Json take(Json& record, const char* name) {
  const auto member = record.find(name);
  if (member == record.end()) return nullptr;
  Json value = std::move(*member);
  record.erase(member);
  return value;
}

Result<void> check_time(const Json& value, const char* name, bool required) {
  if (value.is_null() && !required) return {};
  if (value.is_string() && parse_rfc3339(value.get_ref<const std::string&>())) return {};
  return unacceptable("must be a time such as 2026-01-31T12:00:00Z", pointer_to("", name));
}

// The members that a change of status wrote.
Result<void> take_status(Json& record) {
  Json status = Json::object();
  for (const char* name : {"status", "statusMessage", "replacement"}) {
    if (auto value = take(record, name); !value.is_null()) status[name] = std::move(value);
  }
  if (auto ok = check_time(take(record, "statusChangedAt"), "statusChangedAt", !status.empty()); !ok)
    return ok;
  if (status.empty()) return {};
  auto read = parse_status(status.dump(), true);
  return read ? Result<void>() : read.take_error();
}

Result<void> check_name(const std::string& name, bool of_server, const ToolPolicy& policy) {
  auto ok = check_tool_name(name, of_server ? kServerToolNameBytes : kToolNameBytes);
  if (ok) ok = policy.naming.check(name);
  return ok ? ok : unacceptable(ok.error().detail, "/name");
}

bool is_of_server(const Json& record) {
  const auto manager = record.find("managedBy");
  if (manager == record.end() || !manager->is_object()) return false;
  const auto kind = manager->find("kind");
  return kind != manager->end() && *kind == "Server";
}

Result<void> check_tool(const std::string& name, Json record, const ToolPolicy& policy) {
  // A server's tools have the server's version, whatever its form, and its name before their own.
  const bool of_server = is_of_server(record);
  if (auto ok = check_name(name, of_server, policy); !ok) return ok;
  if (auto ok = check_time(take(record, "registeredAt"), "registeredAt", true); !ok) return ok;
  if (auto ok = take_status(record); !ok) return ok;
  for (const char* known : {"name", "digest", "contractDigest"}) take(record, known);
  if (of_server) take(record, "version");
  auto definition = define_tool(name, std::move(record), policy);
  if (!definition) return definition.take_error();
  if (definition->members.size() <= policy.tool_bytes) return {};
  return unacceptable("the definition has " + std::to_string(definition->members.size()) +
                          " bytes; this registry takes at most " + std::to_string(policy.tool_bytes),
                      {});
}

Result<void> check_server_record(std::string_view payload, const ToolPolicy& policy) {
  auto server = parse_server(server_json(payload), policy);
  if (!server) return server.take_error();
  const auto record = read_server_record(payload);
  for (const auto& [name, time] : {std::pair("registeredAt", &record.published_at),
                                   {"updatedAt", &record.updated_at},
                                   {"statusChangedAt", &record.status_changed_at}}) {
    if (auto ok = check_time(*time, name, true); !ok) return ok;
  }
  if (render_server_document(*server, record) == payload) return {};
  return unacceptable("is not a record that a registry writes of its server.json", "");
}

Result<void> check_registered(const std::string& name, Json record, std::string_view payload,
                              const ToolPolicy& policy) {
  return is_server_name(name) ? check_server_record(payload, policy)
                              : check_tool(name, std::move(record), policy);
}

}  // namespace

Result<void> check_restored(const Restore& restore, const ToolPolicy& policy) {
  auto record = parse_stored_json(restore.payload);
  if (!record) return record.take_error();
  const auto name = record->at("name").get<std::string>();
  Result<void> ok;
  if (restore.operation == Operation::Register)
    ok = check_registered(name, std::move(*record), restore.payload, policy);
  else
    ok = is_server_name(name) ? check_server_name(name) : check_tool_name(name, kServerToolNameBytes);
  if (ok) return {};
  const auto& field = ok.error().field;
  return Error{Code::Invalid, shortened(name, 200) + " is refused: " + field + (field.empty() ? "" : ": ") +
                                  ok.error().detail};
}

}  // namespace toolhive::registry
