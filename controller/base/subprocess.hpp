// Running a program and collecting what it prints. Internal to the library.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

struct ProcessResult {
  int exit_code = 0;  // 128 + n when signal n ended it
  std::string output = {};
  std::string errors = {};  // its first 4 KiB
};

struct ProcessOptions {
  std::map<std::string, std::string> env = {};  // added to this process's environment
  std::string_view input = {};                  // what its standard input has; may be nothing
  std::size_t most_output = 1 << 20;            // bytes; a program that prints more is ended
  // Given the output piece by piece as it comes, which is then neither kept nor bounded.
  std::function<void(std::string_view)> on_output = {};
};

// Runs argv[0], looked up in PATH. Killed, with all it started, when `ctx` ends; then Timeout or
// Cancelled. NotFound when there is no such program, Invalid when it prints too much.
StatusOr<ProcessResult> run_process(const Context& ctx, const std::vector<std::string>& argv,
                                    const ProcessOptions& options);

}  // namespace toolhive
