#pragma once

#include <functional>
#include <string_view>

#include "controller/base/clock.hpp"
#include "registry/backup/destination.hpp"
#include "registry/backup/location.hpp"
#include "registry/backup/manifest.hpp"
#include "registry/base/result.hpp"
#include "registry/store/open/options.hpp"

namespace toolhive::registry::backup {

struct BackedUp {
  Manifest manifest;
  bool was_there = false;  // A whole backup of that name, which was checked and left as it is.
};

// Copies all of a store to a destination, beside a server or without: what is acknowledged at `now`
// is in it. Reads the copy back before the manifest makes a backup of it. A name stands for one
// backup for good: one that is there stays. `on_damaged` gets a sentence for each record that is
// left out.
Result<BackedUp> back_up(const StoreOptions& store, const Location& location, Destination& destination,
                         Files files, WallTime now, const std::function<void(std::string_view)>& on_damaged);

// Reads the manifest of a backup. NotFound when there is no backup.
Result<Manifest> read_manifest(Destination& destination, const Location& location);

// Removes a backup, whole or not, the manifest first. Succeeds when there is none.
Result<void> delete_backup(Destination& destination, const Location& location);

}  // namespace toolhive::registry::backup
