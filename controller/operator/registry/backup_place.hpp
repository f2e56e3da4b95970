// BackupPlace: where one backup is, and what a pod needs to get at it. Pure.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "crds/backup_destination.hpp"

namespace toolhive {

struct BackupPlace {
  BackupDestination destination;
  std::string name;  // of the backup in it

  bool operator==(const BackupPlace&) const = default;
};

// For people and programs outside the pod: "pvc://CLAIM/FOLDER/NAME" or "s3://BUCKET/PREFIX/NAME".
std::string location_text(const BackupPlace& place);

// What a container is told after `option`, such as "--to": the location as the pod sees it, and how
// S3 is spoken to.
Json location_arguments(const char* option, const BackupPlace& place);

// Gives the pod the claim or the Secret of the place, and its last container, of `containers`, the
// files.
void mount_place(const BackupPlace& place, bool read_only, const char* containers, Json& pod);

}  // namespace toolhive
