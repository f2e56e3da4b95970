#pragma once

#include <string_view>

namespace toolhive::registry::auth {

// What somebody may do. Each includes those before it.
enum class Right {
  None,
  Read,
  Write,  // Register, publish, change the status, withdraw.
  Admin,  // Purge, and write to what somebody else manages.
};

constexpr std::string_view name_of(Right right) {
  constexpr std::string_view kNames[] = {"none", "read", "write", "admin"};
  return kNames[static_cast<int>(right)];
}

}  // namespace toolhive::registry::auth
