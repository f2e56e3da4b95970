// The second step of a pass over a RegistryBackup by VolumeSnapshot: what is to be done. Pure.
#pragma once

#include "controller/base/clock.hpp"
#include "controller/operator/backup/decide.hpp"
#include "controller/operator/backup/deletion.hpp"

namespace toolhive {

// One that was complete is looked at on: its VolumeSnapshot may fail or be deleted.
BackupPlan decide_snapshot(const BackupObservation& observed, WallTime now);

// Of one that is being deleted, within its time.
DeletionPlan decide_snapshot_deletion(const BackupObservation& observed);

}  // namespace toolhive
