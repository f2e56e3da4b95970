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
  Destination destination = {};
  bool retain = false;
  std::int64_t deadline_seconds = 0;  // 0: the API's default
};

// The RegistryBackup. Invalid when not exactly one destination is given whole.
StatusOr<Json> backup_manifest(const BackupWishes& wishes);

}  // namespace toolhive::plugin
