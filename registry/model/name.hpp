#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "registry/base/result.hpp"

namespace toolhive::registry {

// Of a tool's name, in bytes. A tool that a server brings is registered under both their names
// (server_tool_name()), each of which may be as long as it may be alone.
inline constexpr std::size_t kToolNameBytes = 128;
inline constexpr std::size_t kServerToolNameBytes = 700;

// Checks what MCP allows as a tool's name: 1 to 128 of A-Z a-z 0-9 _ - and dot, case-sensitive, or
// more where `longest` says so. "." and ".." are refused as well, since no URL can hold them.
Result<void> check_tool_name(std::string_view name, std::size_t longest = kToolNameBytes);

// Which names an operator of the registry allows.
struct NamingPolicy {
  std::vector<std::string> allow;  // Globs, one of which must match; none allows every name.
  std::vector<std::string> deny;   // Globs, none of which may match.

  Result<void> check(std::string_view name) const;
};

}  // namespace toolhive::registry
