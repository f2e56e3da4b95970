// The Registry that a backup is restored into.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::plugin {

struct RestoreWishes {
  std::string backup;                // name of the RegistryBackup
  std::string registry;              // of the Registry that is made
  std::string at = {};               // a time of RFC 3339; empty: all that the backup has
  std::string database_secret = {};  // Secret with the connection of an empty database
};

// A Registry as `source` is (null: with all defaults), in a storage of its own. Invalid: the source
// is on a database, and none is wished for.
StatusOr<Json> restore_manifest(const RestoreWishes& wishes, const Json& source);

}  // namespace toolhive::plugin
