#pragma once

#include <cstdint>
#include <functional>

#include "registry/backup/manifest.hpp"
#include "registry/base/result.hpp"
#include "registry/store/transfer.hpp"

namespace toolhive::registry::backup {

// Reads the export of a backup as read_export() does, and holds it against the manifest: records,
// bytes and SHA-256. Corrupt, with what differs, when it is another one, which shows after the
// last record; what `on_record` says ends it.
Result<void> read_checked(const Source& source, const Manifest& manifest,
                          const std::function<Result<void>(std::uint64_t line, Restore)>& on_record);

}  // namespace toolhive::registry::backup
