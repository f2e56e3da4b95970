#pragma once

#include <string>

#include "registry/backup/manifest.hpp"
#include "registry/base/result.hpp"
#include "registry/model/tool.hpp"
#include "registry/store/rules.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry::backup {

// What the reading of a backup may come to.
struct ReadOptions {
  StoreLimits limits;  // Of the registry that is to hold it.
  ToolPolicy policy;   // Of its schemas; names and sizes were others' to judge.
  std::string at;      // As it was then (as_of.hpp); empty for all of it.
};

// What a registry that has just this has in memory. Its records count from 1. Corrupt when the
// export is not that of the manifest, or has what no registry writes; TooLarge over the limits.
Result<Index> read_backup(const Source& source, const Manifest& manifest, const ReadOptions& options);

}  // namespace toolhive::registry::backup
