// Whose MCPTools a Registry takes.
#pragma once

#include <string_view>

#include "controller/kube/object/meta.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// Whether an MCPTool in `ns` may register in a Registry in `registry_ns`. `labels` are those of
// `ns`, and are looked at only when needs_labels() says so.
bool is_allowed(const RegistrySpec::AllowedNamespaces& allowed, std::string_view registry_ns,
                std::string_view ns, const kube::Labels& labels);
bool needs_labels(const RegistrySpec::AllowedNamespaces& allowed, std::string_view registry_ns,
                  std::string_view ns);

}  // namespace toolhive
