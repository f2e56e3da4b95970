// What `kubectl mcp status -o json` prints. Its members are API: docs/plugin.md.
#pragma once

#include <vector>

#include "controller/base/json.hpp"
#include "controller/plugin/registry_objects.hpp"

namespace toolhive::plugin {

Json status_document(const std::vector<RegistryObjects>& registries);

}  // namespace toolhive::plugin
