#include <simdjson.h>

#include "registry/api/challenge.hpp"
#include "registry/api/guard.hpp"

namespace toolhive::registry {
namespace {

/// What a write would touch.
struct Reach {
  std::vector<std::string> names;
  std::string version;
  const Manager* manager = nullptr;
  bool force = false, purge = false;
};

/// The server that a tool says it is of: its name is listed among the servers.
std::string server_of(const Definition& definition) {
  if (definition.members.find("\"server\"") == std::string::npos) return {};
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  std::string_view name;
  const auto json = "{" + definition.members + "}";
  if (parser.parse(json).get(root) != simdjson::SUCCESS ||
      root["server"]["name"].get(name) != simdjson::SUCCESS)
    return {};
  return std::string(name);
}

Reach reach_of(const Register& write) {
  Reach reach;
  reach.names = {write.definition.name};
  if (auto server = server_of(write.definition); !server.empty()) reach.names.push_back(std::move(server));
  if (write.definition.version) reach.version = write.definition.version->text();
  if (write.definition.manager) reach.manager = &*write.definition.manager;
  reach.force = write.force;
  return reach;
}

Reach reach_of(const Withdraw& write) {
  return {{write.name},
          write.version.value_or(""),
          write.manager ? &*write.manager : nullptr,
          write.force,
          write.purge};
}

Reach reach_of(const SetStatus& write) {
  return {{write.name},
          write.version.value_or(""),
          write.manager ? &*write.manager : nullptr,
          write.force,
          false};
}

Reach reach_of(const PutServer& write) {
  Reach reach;
  reach.names = {write.server.name};
  for (const auto& tool : write.server.tools) reach.names.push_back(tool.name);
  reach.version = write.server.version.text();
  return reach;
}

/// Only imports restore, and they do not come this way.
Reach reach_of(const Restore&) {
  return {{}, {}, nullptr, true, true};
}

/// Why not; empty when it may be.
std::string refusal(const auth::Permit& permit, const Reach& reach) {
  for (const auto& name : reach.names) {
    if (!permit.may(auth::Right::Write, name)) return "there is no right to write " + name;
    if ((reach.force || reach.purge) && !permit.may(auth::Right::Admin, name))
      return std::string(reach.purge ? "purge" : "force") + " needs the right admin to " + name;
  }
  if (reach.names.empty() && !permit.may_all(auth::Right::Admin)) return "there is no right to this";
  if (reach.manager != nullptr && !permit.may_act_for(*reach.manager))
    return "there is no right to write for " + reach.manager->display() +
           ": a rule's managers must name it, or managedBy be left out";
  return {};
}

}  // namespace

std::optional<Response> Guard::check_write(const Call& call, Write& write) {
  if (call.permit == nullptr && call.audit == nullptr) return std::nullopt;
  const auto reach = std::visit([](const auto& each) { return reach_of(each); }, write);
  if (auto* audit = call.audit.get()) {
    if (!reach.names.empty()) audit->name = reach.names.front();
    audit->version = reach.version;
    audit->force = reach.force;
    if (reach.purge) audit->action = "purge";
    if (reach.manager != nullptr) audit->managed_by = reach.manager->display();
  }
  if (call.permit == nullptr) return std::nullopt;
  auto reason = refusal(*call.permit, reach);
  if (!reason.empty()) return refuse_write(call, reason);
  const MayWrite may_write = [permit = call.permit](std::string_view name) {
    return permit->may(auth::Right::Write, name);
  };
  if (auto* status = std::get_if<SetStatus>(&write)) status->may_write = may_write;
  if (auto* server = std::get_if<PutServer>(&write)) server->may_write = may_write;
  return std::nullopt;
}

Response Guard::refuse_write(const Call& call, const std::string& reason) {
  if (call.audit != nullptr) call.audit->reason = reason;
  metrics_.access(Metrics::Access::Forbidden);
  return forbidden(resource_of(call.request), reason);
}

}  // namespace toolhive::registry
