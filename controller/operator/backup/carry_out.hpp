// The third step of a pass over a RegistryBackup: what was decided is done.
#pragma once

#include <optional>

#include "controller/base/context.hpp"
#include "controller/operator/backup/decide.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

struct BackupOutcome {
  std::optional<BackupReport> report;  // what is to be told; absent: what was told stays
  Status retry;                        // not Ok: try the pass again
};

BackupOutcome carry_out(const Context& ctx, runtime::Applier& applier, const BackupObservation& observed,
                        const BackupPlan& plan);

// Removes the Job that writes the backup, and what it was given. Success when there is none.
Status remove_backup_job(const Context& ctx, runtime::Applier& applier, const BackupObservation& observed);

}  // namespace toolhive
