// BackupResult: what mcp-registry says at its end of a backup that it made, restored or deleted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive {

struct BackupResult {
  std::int64_t tools = 0;
  std::int64_t servers = 0;
  std::int64_t bytes = 0;
  std::string sha256;
};

// Of the message that its container left. An error has the program's own words, or, where it left
// something else, that: cut to what fits a condition.
StatusOr<BackupResult> parse_backup_result(std::string_view message);

}  // namespace toolhive
