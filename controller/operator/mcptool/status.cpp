#include "controller/operator/mcptool/status.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/percent.hpp"

namespace toolhive {

using runtime::Conditions;

namespace {

ConditionValue ready(const ToolReport& report) {
  if (!report.accepted.holds()) return ConditionValue::no(report.accepted.reason, report.accepted.message);
  if (!report.registered.holds())
    return ConditionValue::no(report.registered.reason, report.registered.message);
  return report.registered;
}

Json to_json(const RegisteredTool& tool) {
  Json json = {{"name", tool.name}, {"version", tool.version}};
  if (!tool.digest.empty()) json["digest"] = tool.digest;
  if (!tool.registered_at.empty()) json["registeredAt"] = tool.registered_at;
  return json;
}

Json to_json(const ServerIdentity& server) {
  return {
      {"name", server.name}, {"version", server.version}, {"protocol", server.protocol}, {"url", server.url}};
}

// What was told of the server, where there is nothing new to tell.
Json server_status(const Json& before, const ServerReport& report) {
  if (report.identity) return to_json(*report.identity);
  return before.is_object() ? before.value("server", Json()) : Json();
}

}  // namespace

Conditions conditions_of(const Json& status) {
  return Conditions::from_json(status.is_object() ? status.value("conditions", Json::array())
                                                  : Json::array());
}

std::optional<ServerIdentity> told_identity(const Json& status) {
  const Json* const server = value_at(status, "/server");
  if (!server || !server->is_object()) return std::nullopt;
  return ServerIdentity{string_member(*server, "name"), string_member(*server, "version"),
                        string_member(*server, "protocol"), string_member(*server, "url")};
}

Json mcptool_status(const Json& before, const ToolReport& report, WallTime now) {
  Conditions conditions = conditions_of(before);
  const auto set = [&](const char* type, const ConditionValue& value) {
    conditions.set(to_condition(type, value, report.generation), now);
  };
  set("Accepted", report.accepted);
  set("Registered", report.registered);
  set("Ready", ready(report));
  conditions.remove("ReconciliationPaused");
  if (!report.server)
    conditions.remove("ServerAvailable");
  else if (report.server->available)
    set("ServerAvailable", *report.server->available);

  if (!report.server || !report.server->listens)
    conditions.remove("Listening");
  else if (report.server->listening)
    set("Listening", *report.server->listening);

  if (!report.offer)
    conditions.remove("ContractVerified");
  else if (report.offer->contract_verified)
    set("ContractVerified", *report.offer->contract_verified);

  Json status = {{"observedGeneration", report.generation}, {"conditions", conditions.to_json()}};
  if (report.server)
    if (Json server = server_status(before, *report.server); !server.is_null())
      status["server"] = std::move(server);
  if (report.offer) {
    tell_offer(*report.offer, report.registry_url, status);
  } else if (report.tool) {
    status["tools"] = Json::array({to_json(*report.tool)});
    if (!report.registry_url.empty())
      status["url"] = report.registry_url + "/api/v1/tools/" + percent_encode(report.tool->name) +
                      "/versions/" + percent_encode(report.tool->version);
  }
  return status;
}

RememberedTool remembered(const Json& status) {
  RememberedTool memory;
  if (!status.is_object()) return memory;
  const Conditions conditions = conditions_of(status);
  if (conditions.is_true("Registered"))
    memory.generation = conditions.find("Registered")->observed_generation;
  const auto tools = status.find("tools");
  if (tools == status.end() || !tools->is_array()) return memory;
  for (const Json& line : *tools) {
    if (string_member(line, "name").empty() || string_member(line, "version").empty()) continue;
    memory.tool = RegisteredTool{string_member(line, "name"), string_member(line, "version"),
                                 string_member(line, "digest"), string_member(line, "registeredAt")};
    break;
  }
  return memory;
}

bool was_refused(const Json& status, std::int64_t generation) {
  if (remembered(status).tool) return false;
  const Conditions conditions = conditions_of(status);
  const runtime::Condition* registered = conditions.find("Registered");
  if (!registered || registered->status != runtime::ConditionStatus::False ||
      registered->observed_generation + 1 < generation)
    return false;
  // VersionConflict is not among them: there is an entry of that name, and it may be this object's.
  return registered->reason == "NotAccepted" || registered->reason == "NameConflict" ||
         registered->reason == "RegistryNotFound";
}

}  // namespace toolhive
