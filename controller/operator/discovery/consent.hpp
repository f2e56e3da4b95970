// Which namespaces are looked in: where the Registry looks, and the namespace agrees.
#pragma once

#include "controller/kube/object/object.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// Whether a Registry looks in other namespaces than its own.
bool looks_elsewhere(const RegistrySpec& spec);

// Whether servers in the namespace `ns` are discovered for the Registry: its discovery and its
// allowedNamespaces select the namespace, and the namespace's label says yes to it. `ns` may be
// known by its metadata alone.
bool takes_part(const RegistrySpec& spec, const kube::Key& registry, const kube::Object& ns);

}  // namespace toolhive
