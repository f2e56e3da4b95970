#pragma once

#include <vector>

#include "registry/config/section.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry {

// `upstreams` of the registry's configuration. Throws a Failure with the field's path for what
// cannot work.
void read_upstreams(Section& root, std::vector<upstream::UpstreamSettings>& settings);

}  // namespace toolhive::registry
