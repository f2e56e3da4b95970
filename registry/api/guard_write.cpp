#include <simdjson.h>

#include "registry/api/challenge.hpp"
#include "registry/api/guard.hpp"

namespace toolhive::registry {
namespace {

// What a write would touch.
struct WriteScope {
  std::vector<std::string> names;
  std::string version;
  const ManagedBy* manager = nullptr;
  bool force = false, purge = false;
};

// The server that a tool says it is of: its name is listed among the servers.
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

WriteScope scope_of(const Register& write) {
  WriteScope scope;
  scope.names = {write.definition.name};
  if (auto server = server_of(write.definition); !server.empty()) scope.names.push_back(std::move(server));
  if (write.definition.version) scope.version = write.definition.version->text();
  if (write.definition.manager) scope.manager = &*write.definition.manager;
  scope.force = write.force;
  return scope;
}

WriteScope scope_of(const Withdraw& write) {
  return {{write.name},
          write.version.value_or(""),
          write.manager ? &*write.manager : nullptr,
          write.force,
          write.purge};
}

WriteScope scope_of(const SetStatus& write) {
  return {{write.name},
          write.version.value_or(""),
          write.manager ? &*write.manager : nullptr,
          write.force,
          false};
}

WriteScope scope_of(const PutServer& write) {
  WriteScope scope;
  scope.names = {write.server.name};
  for (const auto& tool : write.server.tools) scope.names.push_back(tool.name);
  scope.version = write.server.version.text();
  return scope;
}

// Only imports restore, and they do not come this way.
WriteScope scope_of(const Restore&) {
  return {{}, {}, nullptr, true, true};
}

// Why not; empty when it may be.
std::string refusal(const auth::Permit& permit, const WriteScope& scope) {
  for (const auto& name : scope.names) {
    if (!permit.may(auth::Right::Write, name)) return "there is no right to write " + name;
    if ((scope.force || scope.purge) && !permit.may(auth::Right::Admin, name))
      return std::string(scope.purge ? "purge" : "force") + " needs the right admin to " + name;
  }
  if (scope.names.empty() && !permit.may_all(auth::Right::Admin)) return "there is no right to this";
  if (scope.manager != nullptr && !permit.may_act_for(*scope.manager))
    return "there is no right to write for " + scope.manager->display() +
           ": a rule's managers must name it, or managedBy be left out";
  return {};
}

}  // namespace

std::optional<Response> Guard::check_write(const Call& call, Write& write) {
  if (call.permit == nullptr && call.audit == nullptr) return std::nullopt;
  const auto scope = std::visit([](const auto& each) { return scope_of(each); }, write);
  if (auto* audit = call.audit.get()) {
    if (!scope.names.empty()) audit->name = scope.names.front();
    audit->version = scope.version;
    audit->force = scope.force;
    if (scope.purge) audit->action = "purge";
    if (scope.manager != nullptr) audit->managed_by = scope.manager->display();
  }
  if (call.permit == nullptr) return std::nullopt;
  auto reason = refusal(*call.permit, scope);
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
