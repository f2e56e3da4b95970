// Copying the program that runs: an image that holds nothing else has no cp.
#pragma once

#include <string>

#include "controller/base/status.hpp"

namespace toolhive::bridge {

// Puts a copy of this program into the directory, under the name mcp-bridge and executable for all;
// one that is there is replaced at once. Answers the path of the copy.
StatusOr<std::string> copy_self_to(const std::string& directory);

}  // namespace toolhive::bridge
