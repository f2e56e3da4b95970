#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

// How a command of mcp-registry ends that others wait for, such as the operator: with a report, a
// JSON object of less than 4,000 bytes in a file that may be a device (empty: in none), and with
// the process's exit code:
//   0  it is done
//   1  it failed, and may succeed when it is repeated
//   2  the arguments, or the configuration, are of no use
//   3  it will never succeed as it is

// Prints `text`, and leaves `report`.
int command_succeeded(const std::string& report_file, const std::string& text, const Json& report);

// Prints what went wrong, and leaves it as the member "error".
int command_failed(const std::string& report_file, const Error& error);

// The same of a configuration that cannot be read.
int config_failed(const std::string& report_file, Error error);

}  // namespace toolhive::registry
