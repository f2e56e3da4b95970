// BackupInputs: everything that the objects of one RegistryBackup are made from.
#pragma once

#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/operator/registry/backup_place.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

struct BackupInputs {
  kube::Key key;
  std::string uid;
  RegistryBackupSpec spec;
  // Absent: there is no such Registry, or its spec cannot be read.
  std::optional<RegistryInputs> registry;
  std::string default_image;  // where there is no Registry that names one
  // The data are on a volume that one node has at a time, and a pod of the registry has it.
  bool beside_registry = false;
  // What a pod is given a group of, as in RegistryInputs.
  bool set_fs_group = true;
  // What goes into the backup besides the records, text by the name of the file; null: nothing.
  JsonPtr files;
};

// Only of an Export.
BackupPlace place_of(const BackupInputs& inputs);
// Where it is, for people: as in location_text(), or "volumesnapshot://NAME".
std::string location_of(const BackupInputs& inputs);

// Of the two Jobs and of the ConfigMap. By uid: a name may be as long as a label's value.
std::string backup_job_name(const BackupInputs& inputs);
std::string delete_job_name(const BackupInputs& inputs);

}  // namespace toolhive
