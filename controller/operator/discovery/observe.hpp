// The first step of a pass of discovery for a Registry: what is there, read and not judged.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/operator/discovery/source_watches.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// An object by which a server could be discovered, in a namespace that takes part.
struct FoundObject {
  const Source* source;
  kube::Object object;
  FoundServer server;
};

// What can be known of a source, or of the namespaces.
struct Knowledge {
  runtime::VersionedInformer::State state = runtime::VersionedInformer::State::Unavailable;
  Status error = {};

  bool is_complete() const { return state == runtime::VersionedInformer::State::Read; }
};

struct DiscoveryObservation {
  kube::Key registry;
  std::optional<RegistrySpec::Discovery> spec;      // absent: nothing is looked for
  std::map<const Source*, Knowledge> sources = {};  // those asked for
  std::optional<Knowledge> namespaces = {};         // absent: those of others are not looked in
  std::vector<FoundObject> found = {};              // in the order of sources(), then of keys
  std::vector<kube::Object> made = {};              // the MCPTools that were made for this Registry
  // Of `found`, those that an MCPTool of somebody's registers already.
  std::set<std::string> taken_urls = {};

  // Something is about to be read for the first time: what is told should wait for it.
  bool is_starting() const;
};

// Where to look.
struct DiscoveryView {
  const runtime::Cache& cache;   // with the indexes of discovered_tool.hpp
  const SourceWatches& watches;  // which follow what is asked for
  // The namespaces that the operator looks after; empty: all, and those that agree are watched.
  // Others it may only get, one by one.
  const std::vector<std::string>& namespaces;
  kube::Client& client;
};

// An error is what could not be read just now.
StatusOr<DiscoveryObservation> observe_discovery(const Context& ctx, const DiscoveryView& view,
                                                 const kube::Key& registry, const RegistrySpec& spec);

}  // namespace toolhive
