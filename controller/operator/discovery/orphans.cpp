#include "controller/operator/discovery/orphans.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/mcptool/claim.hpp"
#include "crds/mcptool.hpp"
#include "crds/registry.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Pass;

namespace {

bool is_discovered_change(const runtime::Change& change) {
  return change.after && source_of(*change.after) != nullptr;
}

bool is_deletion(const runtime::Change& change) {
  return !change.after;
}

std::vector<Key> discovered_for(const runtime::Cache& cache, const Object& registry) {
  std::vector<Key> keys;
  const auto tools = cache.find(mcptool_type(), kDiscoveredIndex, registry.key().to_string());
  if (!tools.ok()) return keys;
  for (const Object& tool : *tools) keys.push_back(tool.key());
  return keys;
}

// Whether the Registry is gone, in the cache and on the API server.
StatusOr<bool> is_gone(const Context& ctx, const runtime::Cache& cache, const Key& registry) {
  for (const runtime::Read read : {runtime::Read::Cached, runtime::Read::Live}) {
    const Status found = cache.get(ctx, registry_type(), registry, read).status();
    if (found.ok()) return false;
    if (found.code() != Code::NotFound) return found;
  }
  return true;
}

Status remove_if_orphan(runtime::Manager& manager, const OperatorOptions& options, const Pass& pass) {
  const Object& tool = pass.object();
  const auto claim = source_of(tool) ? claim_of(tool) : std::nullopt;
  if (!claim || !options.looks_after(claim->registry.ns)) return {};
  const auto gone = is_gone(pass.ctx(), manager.cache(), claim->registry);
  if (!gone.ok() || !*gone) return gone.status();
  const Status removed = manager.client().remove(
      pass.ctx(), mcptool_type(), tool.key(),
      {.uid = std::string(tool.meta().uid), .resource_version = {}, .propagation = {}});
  return removed.code() == Code::NotFound ? Status() : removed;
}

}  // namespace

void attach_discovery_orphans(runtime::Manager& manager, const OperatorOptions& options) {
  const auto run = [&manager, options](Pass& pass, const auto&) {
    return remove_if_orphan(manager, options, pass);
  };
  manager.controller<MCPTool>("discovered-mcptool")
      .predicate(is_discovered_change)
      .index(kDiscoveredIndex, index_discovered)
      .index(kServerIndex, index_by_server)
      .watches(
          registry_type(),
          [&manager](const Object& registry) { return discovered_for(manager.cache(), registry); }, {},
          is_deletion)
      .on_invalid(run)
      .reconcile(run);
}

}  // namespace toolhive
