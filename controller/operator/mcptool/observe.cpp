#include "controller/operator/mcptool/observe.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/operator/mcptool/index.hpp"
#include "controller/operator/mcptool/permission.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;

namespace {

Status read_registry(const Context& ctx, const runtime::Cache& cache, ToolObservation& observed) {
  const auto registry = cache.get(ctx, registry_type(), observed.claim->registry);
  if (registry.status().code() == Code::NotFound) return {};
  if (registry.ok()) observed.registry = target_of(*registry);
  return registry.status();
}

Status read_peers(const runtime::Cache& cache, ToolObservation& observed) {
  if (observed.claim->name.empty()) return {};
  auto claimants = cache.find(mcptool_type(), kClaimIndex, observed.claim->to_string());
  if (!claimants.ok()) return claimants.status();
  for (Object& claimant : *claimants)
    if (claimant.meta().uid != observed.object.meta().uid) observed.peers.push_back(std::move(claimant));
  return {};
}

Status read_namespace(const Context& ctx, kube::Client& client, std::string_view ns,
                      ToolObservation& observed) {
  const std::string name(ns);
  if (observed.namespaces.contains(name) ||
      !needs_labels(observed.registry->allowed_namespaces, observed.claim->registry.ns, ns))
    return {};
  const auto object = client.get(ctx, namespace_type(), Key{"", name});
  if (object.status().code() == Code::NotFound) return {};
  if (object.ok()) observed.namespaces.emplace(name, *object);
  return object.status();
}

Status read_namespaces(const Context& ctx, kube::Client& client, ToolObservation& observed) {
  Status read = read_namespace(ctx, client, observed.object.meta().ns, observed);
  for (const Object& peer : observed.peers)
    if (read.ok()) read = read_namespace(ctx, client, peer.meta().ns, observed);
  return read;
}

}  // namespace

StatusOr<ToolObservation> observe_tool(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                                       const std::vector<std::string>& namespaces, const Object& object) {
  ToolObservation observed{.object = object,
                           .status = object.status(),
                           .tool = kube::Ref<MCPTool>::of(object),
                           .claim = claim_of(object)};
  if (!observed.claim) return observed;
  observed.registry_is_ours =
      namespaces.empty() ||
      std::find(namespaces.begin(), namespaces.end(), observed.claim->registry.ns) != namespaces.end();
  if (!observed.registry_is_ours) return observed;
  Status read = read_registry(ctx, cache, observed);
  if (read.ok() && observed.registry && !object.meta().deleting()) {
    read = read_peers(cache, observed);
    if (read.ok()) read = read_namespaces(ctx, client, observed);
  }
  return read.ok() ? StatusOr<ToolObservation>(std::move(observed)) : read;
}

std::optional<WatchedServer> watched_server(const kube::Ref<MCPTool>& tool,
                                            const std::optional<WorkloadState>& workload) {
  WatchedServer server;
  server.key = tool.key();
  server.revision = std::string(tool.meta().uid) + "/" + std::to_string(tool.meta().generation);
  server.probe = tool->spec.probe;
  if (tool->spec.server->remote) {
    server.remote = *tool->spec.server->remote;
    return server;
  }
  if (!workload || !workload->serves) return std::nullopt;
  server.remote.url = workload->url;
  server.revision += "/" + workload->revision;
  return server;
}

void observe_server(Servers& servers, ToolObservation& observed) {
  const bool wanted = observed.tool.ok() && (*observed.tool)->spec.server &&
                      (*observed.tool)->spec.probe.mode == ProbeSpec::Mode::Auto &&
                      !observed.object.meta().deleting();
  if (wanted) observed.watched = watched_server(*observed.tool, observed.workload);
  if (observed.watched)
    observed.server = servers.look(*observed.watched);
  else if (wanted)
    servers.suspend(observed.object.key());
  else
    servers.forget(observed.object.key());
}

}  // namespace toolhive
