// The command line of kubectl-mcp.
#pragma once

#include <string>
#include <vector>

#include "controller/plugin/console.hpp"
#include "controller/plugin/kubectl.hpp"

namespace toolhive::plugin {

// Runs the command that `words` (those behind the program's name) ask for; `kubectl` is the program
// that reaches the cluster. Answers the exit code: 0; 1 when it failed, or said that something is
// not as it should be; 2 for a wrong command line.
int run_command(const Context& ctx, const Words& words, const std::string& kubectl, const RunProcess& run,
                Console& console);

}  // namespace toolhive::plugin
