// What an import says of itself, in lines for people and programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "registry/store/transfer.hpp"

namespace toolhive::registry {

// "progress: 512 of 10000 records". Each line ends with a line feed.
std::string import_progress(std::uint64_t done, std::uint64_t records);
bool is_import_progress(std::string_view line);

// "refused: ..." for each record that was, and at last what came of all.
std::string import_summary(const ImportReport& report, bool dry_run);

// 0, or 1 when records were refused.
int import_exit_code(const ImportReport& report);

}  // namespace toolhive::registry
