#pragma once

#include <string>
#include <string_view>

namespace toolhive::registry {

// The name of the file in which a tool is kept readable (tool_files.hpp): "weather.json" for
// weather, "+git+hub.json" for GitHub. No two tools have one name, not even where a file system
// takes large letters for small ones; none is hidden, leaves its folder, or is longer than 198
// bytes, for which the end of a longer name gives way to its SHA-256.
std::string tool_file_name(std::string_view tool);

// Whether tool_file_name() makes such names.
bool is_tool_file_name(std::string_view file);

}  // namespace toolhive::registry
