// Steps with backups of the Registry: on a claim of the namespace, by Jobs that run on the node.
#pragma once

#include "test/faults/harness/scenario.hpp"

namespace toolhive::faults {

extern const Step kBackUp;        // by hand, to its end
extern const Step kDeleteBackup;  // with what it wrote
extern const Step kLose;          // the Registry, and the claim with its data
extern const Step kRestore;       // from kBackUp's

// One that counts as scheduled long ago, and is complete.
extern const Step kEarlierRun;
// Every minute, one is kept: the earlier one goes.
extern const Step kSchedule;
extern const Step kSuspend;  // at rest with the one that is kept
extern const Step kDeleteRuns;

}  // namespace toolhive::faults
