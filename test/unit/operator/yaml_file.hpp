// The YAML files of this project.
#pragma once

#include <string>

#include "controller/base/json.hpp"

namespace toolhive::test {

// `path` from the top of the project.
Json yaml_file(const std::string& path);

}  // namespace toolhive::test
