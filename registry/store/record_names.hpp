#pragma once

#include <string>
#include <vector>

#include "registry/store/plan.hpp"

namespace toolhive::registry {

// The names of the tools, and not of servers, that records are about, with repetitions.
std::vector<std::string> tools_of(const std::vector<NewRecord>& records);

}  // namespace toolhive::registry
