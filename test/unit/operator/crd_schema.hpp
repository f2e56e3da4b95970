// The schemas of the CRDs, from their YAML.
#pragma once

#include <string>

#include "controller/base/json.hpp"

namespace toolhive::test {

// The schema of `spec` in crds/mcpregistry.dev_<plural>.yaml.
Json spec_schema(const std::string& plural);

}  // namespace toolhive::test
