#pragma once

#include <memory>
#include <string>

#include "registry/backup/destination.hpp"
#include "registry/store/file_system.hpp"

namespace toolhive::registry::backup {

// A folder, made by the first write. Objects are written as <name>.part, synced and renamed. Files
// are their owner's alone, as those of the store are.
std::unique_ptr<Destination> file_destination(FileSystem& files, std::string folder);

}  // namespace toolhive::registry::backup
