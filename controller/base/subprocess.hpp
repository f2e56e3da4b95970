// Running a program and collecting what it prints. Internal to the library.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

struct ProcessResult {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string output;
  std::string errors;  // its first 4 KiB
};

// Runs argv[0], looked up in PATH, with `env` added to this process's environment and nothing on
// its standard input. Killed, with all it started, when `ctx` ends; then Timeout or Cancelled.
// NotFound when there is no such program. At most 1 MiB of output is accepted.
StatusOr<ProcessResult> run_process(const Context& ctx, const std::vector<std::string>& argv,
                                    const std::map<std::string, std::string>& env);

}  // namespace toolhive
