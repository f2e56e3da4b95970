// The names under which a server's tools are registered.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive {

// Invalid, with the cause, unless a registry can have a tool of that name: 1 to 128 of
// A-Z a-z 0-9 _ . - and neither "." nor "..", which no path can end with.
Status check_tool_name(std::string_view name);

}  // namespace toolhive
