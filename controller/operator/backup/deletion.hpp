// Letting a RegistryBackup go: what it wrote is deleted first, by a Job, in bounded time.
#pragma once

#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "controller/operator/backup/observe.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

struct DeletionPlan {
  enum class Action {
    StopBackup,  // the Job that still writes goes first
    Delete,      // make the Job that deletes
    RemoveSnapshot,
    Wait,
    LetGo,
  };
  Action action = Action::LetGo;
  std::string left_behind;  // why what was written is still there; empty: it is not
};

// Of one that is being deleted and is to take with it what it wrote. Pure.
DeletionPlan decide_deletion(const BackupObservation& observed, WallTime now);

struct DeletionOutcome {
  bool may_go = false;
  std::string left_behind;  // as in the plan
};

// An error is to be tried again.
StatusOr<DeletionOutcome> carry_out_deletion(const Context& ctx, runtime::Applier& applier,
                                             const BackupObservation& observed, const DeletionPlan& plan);

}  // namespace toolhive
