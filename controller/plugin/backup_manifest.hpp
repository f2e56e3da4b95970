// What is to be created for a backup.
#pragma once

#include <cstdint>
#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"

namespace toolhive::plugin {

// A claim, or a bucket.
struct Destination {
  std::string claim = {};
  std::string path = {};  // folder of the claim, or prefix in the bucket
  std::string endpoint = {};
  std::string bucket = {};
  std::string region = {};
  std::string secret = {};  // the Secret with the credentials of the bucket
  bool path_style = false;
};

struct BackupWishes {
  std::string registry;
  std::string name = {};
  std::string method = {};          // Export, VolumeSnapshot; empty: the API's default
  std::string snapshot_class = {};  // the VolumeSnapshotClass; empty: the cluster's default
  Destination destination = {};
  bool retain = false;
  std::int64_t deadline_seconds = 0;  // 0: the API's default
};

// The RegistryBackup. Invalid when what the method needs is not given whole, or something beside
// it: a VolumeSnapshot has no destination, anything else has exactly one, and no class.
StatusOr<Json> backup_manifest(const BackupWishes& wishes);

}  // namespace toolhive::plugin
