// What is made for a RegistryBackup by VolumeSnapshot, and what the driver says of it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/backup/inputs.hpp"

namespace toolhive {

// Only with a Registry on files.
Json volume_snapshot(const BackupInputs& inputs);

struct SnapshotState {
  bool ready = false;
  std::string error;       // of the driver, which tries again; empty: it has said none
  std::int64_t bytes = 0;  // what a claim that is made from it needs; 0: not said
};
SnapshotState read_snapshot(const Json& snapshot);

}  // namespace toolhive
