// The first step of a pass over a RegistryBackup: what is there, read and not judged.
#pragma once

#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/operator/backup/inputs.hpp"
#include "controller/operator/options.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive {

struct BackupObservation {
  kube::Object object;
  JsonPtr status;  // of the object, as it is; never null
  BackupInputs inputs;
  // The Registry's claim gives its volume to one pod alone, and the registry's has it.
  bool registry_moves = false;  // its data are on their way from files to a database
  bool claim_is_taken = false;
  bool claim_found = false;  // that of the Registry, on files
  JsonPtr backup_job = {};   // null: there is none
  JsonPtr delete_job = {};
  std::vector<Json> pods;  // of both
  // Of one by VolumeSnapshot.
  kube::Offered snapshots = kube::Offered::Unknown;
  JsonPtr snapshot = {};  // null: there is none
};

// `spec` is that of `object`. The cache has what RegistryReconciler::attach() and
// BackupReconciler::attach() declare. An error is what could not be read just now.
StatusOr<BackupObservation> observe_backup(const Context& ctx, kube::Client& client,
                                           const runtime::Cache& cache, kube::Discovery& discovery,
                                           const OperatorOptions& options, const kube::Object& object,
                                           RegistryBackupSpec spec);

}  // namespace toolhive
