// What an MCPTool needs to know of the Registry it refers to.
#pragma once

#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/runtime/cache/store.hpp"
#include "crds/registry.hpp"

namespace toolhive {

struct RegistryTarget {
  RegistrySpec::AllowedNamespaces allowed_namespaces;
  bool available = false;  // its condition Available is True
  bool deleting = false;
  std::string url;  // of its status
  RegistryEndpoint endpoint;
};

// A spec that cannot be read allows nobody but its own namespace.
RegistryTarget target_of(const kube::Object& registry);

// Whether MCPTools that refer to the Registry should look again: it came, goes, allows others, has
// another address, or serves after it did not.
bool concerns_tools(const runtime::Change& change);

}  // namespace toolhive
