// The first step of a pass over an MCPTool: what is there, read and not judged.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/ref.hpp"
#include "controller/operator/mcptool/claim.hpp"
#include "controller/operator/mcptool/target.hpp"
#include "controller/operator/server/servers.hpp"
#include "controller/operator/workload/keep.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

struct ToolObservation {
  kube::Object object;
  JsonPtr status;  // of the object, as it is; never null
  // what it declares; the error names the field that cannot be read
  StatusOr<kube::Ref<MCPTool>> tool;
  std::optional<NameClaim> claim;  // absent: it names no Registry
  bool registry_is_ours = true;    // this operator looks after the Registry's namespace
  // absent: there is none, or it is not ours to look at
  std::optional<RegistryTarget> registry = {};
  // The others that claim the same name there, those included that may not.
  std::vector<kube::Object> peers = {};
  // The namespaces of all of these that exist, as far as the Registry selects namespaces by their
  // labels.
  std::map<std::string, kube::Object> namespaces = {};
  std::optional<WorkloadState> workload = {};  // of one whose server the operator runs
  // Where its server is; absent: it has none, or none that is to be looked at now.
  std::optional<WatchedServer> watched = {};
  std::optional<Look> server = {};  // what is known of that
  // Whether something else was seen of it than what was taken in, and is not at hand.
  bool offer_was_missed = false;
};

// `namespaces` are those that the operator looks after; empty: all. The cache has the indexes of
// index.hpp, and Registries. Of one that is being deleted neither peers nor namespaces are read. An
// error is what could not be read just now.
StatusOr<ToolObservation> observe_tool(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                                       const std::vector<std::string>& namespaces,
                                       const kube::Object& object);

// Where the server of an MCPTool is, which it has: the one its spec names, or the workload once
// that serves.
std::optional<WatchedServer> watched_server(const kube::Ref<MCPTool>& tool,
                                            const std::optional<WorkloadState>& workload);
// What is known of the server, which is looked at where it is time.
void observe_server(Servers& servers, ToolObservation& observed);

}  // namespace toolhive
