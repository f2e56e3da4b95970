// The upstreams of a Registry as its service and its pod see them. Credentials and authorities are
// mounted, and followed by the service; the operator reads none.
#pragma once

#include <vector>

#include "controller/base/json.hpp"
#include "crds/registry.hpp"

namespace toolhive {

// `upstreams` of the service's configuration; null for none.
Json upstreams_section(const RegistrySpec& spec);
// Mounts in the pod what the upstreams need: what is not there yet keeps no registry from starting.
void add_upstreams(const RegistrySpec& spec, Json& pod);
// The ports that the NetworkPolicy lets the pods reach for them.
std::vector<int> upstream_ports(const RegistrySpec& spec);

}  // namespace toolhive
