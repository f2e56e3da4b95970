#include "controller/operator/live/live_registration.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/live/contract.hpp"
#include "controller/operator/live/live_version.hpp"
#include "controller/operator/live/tool_decision.hpp"
#include "controller/operator/served_version.hpp"

namespace toolhive {

namespace {

Json to_body(const LiveRegistration& wanted, const std::string& version) {
  Json body = contract_of(*wanted.offered.tool, wanted.offered.name);
  body["version"] = version;
  body["managedBy"] = {{"kind", wanted.manager.kind},
                       {"namespace", wanted.manager.ns},
                       {"name", wanted.manager.name},
                       {"uid", wanted.manager.uid}};
  // By the version alone, so that the same version never has two contents.
  if (!wanted.server.empty())
    body["server"] = {{"name", wanted.server}, {"version", without_content(version)}};
  return body;
}

StatusOr<RegistryEntry> put(const Context& ctx, RegistryApi& registry, const LiveRegistration& wanted) {
  const std::string& content = wanted.offered.contract_digest;
  const std::string version =
      wanted.version.empty() ? live_version(wanted.server_version, content) : wanted.version;
  auto entry = registry.put(ctx, to_body(wanted, version));
  // The server gave other content the same number.
  if (entry.status().code() == Code::AlreadyExists)
    entry = registry.put(ctx, to_body(wanted, with_content(version, content)));
  return entry;
}

}  // namespace

StatusOr<RegistryEntry> register_live(const Context& ctx, RegistryApi& registry,
                                      const LiveRegistration& wanted) {
  auto entry = put(ctx, registry, wanted);
  if (!entry.ok()) return entry;
  Status done = withdraw_versions_before(ctx, registry, *entry, wanted.manager).failure;
  if (done.ok() && is_deprecated_as_gone(*entry))
    done = registry.set_status(ctx, entry->name, {.deprecated = false, .message = {}}, wanted.manager);
  return done.ok() ? entry : done;
}

}  // namespace toolhive
