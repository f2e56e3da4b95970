// RestoreSpec: the C++ view of spec.restoreFrom of a Registry.
#pragma once

#include <optional>
#include <string>

#include "crds/backup_destination.hpp"

namespace toolhive {

struct RestoreSpec {
  std::string backup;  // a RegistryBackup of the namespace; empty: the next two
  std::optional<BackupDestination> destination;
  std::string name;  // of the backup there
  std::string at;    // RFC 3339: as it was then; empty: all of it

  template <class Fields>
  void describe(const Fields& fields) {
    fields.object("backupRef").read("name", backup);
    fields.read("destination", destination);
    fields.read("name", name);
    fields.read("at", at);
  }
};

}  // namespace toolhive
