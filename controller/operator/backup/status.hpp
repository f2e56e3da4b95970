// The last step of a pass over a RegistryBackup: its status, as a pure function of what is told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/backup_result.hpp"

namespace toolhive {

struct BackupReport {
  std::int64_t generation = 0;
  ConditionValue complete;
  bool started = false;
  bool ended = false;
  std::optional<BackupResult> result = {};
  std::string location = {};  // of the result
  // Of a VolumeSnapshot that is or was ready; 0: the driver does not say.
  std::optional<std::int64_t> snapshot_bytes = {};
};

// `before` is the status as it is: times that are told already stay.
Json backup_status(const Json& before, const BackupReport& report, WallTime now);

// What a status remembers.
bool has_started(const Json& status);
bool has_ended(const Json& status);
ConditionValue told_completion(const Json& status);

}  // namespace toolhive
