#pragma once

#include "registry/backup/destination.hpp"
#include "registry/backup/location.hpp"
#include "registry/backup/manifest.hpp"
#include "registry/backup/read_backup.hpp"
#include "registry/base/result.hpp"
#include "registry/store/open/options.hpp"

namespace toolhive::registry::backup {

struct Restored {
  bool done = false;  // False: the store was restored from this backup before, and stays as it is.
  // Of the backup, without its files, and with the tools and servers that were put back.
  Manifest manifest;
};

// Puts a backup into an empty store, all of it or nothing; a store that was restored from it before
// is left alone, whatever was written to it since. May be repeated wherever it was interrupted.
// Conflict when the store holds anything else; NotFound, Corrupt and TooLarge of the backup. Its
// SHA-256 is checked before the first write.
Result<Restored> restore(const StoreOptions& store, const Location& location, Destination& destination,
                         const ReadOptions& options);

}  // namespace toolhive::registry::backup
