// The second step of a pass over a RegistryBackup: what is to be done. Pure.
#pragma once

#include <optional>

#include "controller/base/clock.hpp"
#include "controller/operator/backup/observe.hpp"
#include "controller/operator/backup/status.hpp"

namespace toolhive {

struct BackupPlan {
  enum class Action {
    Tell,   // the report, and nothing else
    Start,  // make the Job or the VolumeSnapshot, and tell
    Clear,  // remove the Job, whose result is told
  };
  Action action = Action::Tell;
  BackupReport report;
  bool look_again = false;  // nothing may tell when what is waited for is there
};

// Why nothing can be made of its Registry just now, by whichever method.
std::optional<ConditionValue> registry_hindrance(const BackupObservation& observed);

BackupPlan decide(const BackupObservation& observed, WallTime now);

}  // namespace toolhive
