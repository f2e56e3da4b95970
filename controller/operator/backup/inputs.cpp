#include "controller/operator/backup/inputs.hpp"

namespace toolhive {

BackupPlace place_of(const BackupInputs& inputs) {
  return {inputs.spec.destination, inputs.key.name};
}

std::string location_of(const BackupInputs& inputs) {
  if (inputs.spec.method == RegistryBackupSpec::Method::VolumeSnapshot)
    return "volumesnapshot://" + inputs.key.name;
  return location_text(place_of(inputs));
}

std::string backup_job_name(const BackupInputs& inputs) {
  return "backup-" + inputs.uid;
}

std::string delete_job_name(const BackupInputs& inputs) {
  return "delete-backup-" + inputs.uid;
}

}  // namespace toolhive
