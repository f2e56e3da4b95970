// BackupReconciler: makes the backup that a RegistryBackup asks for, once, and its status say what
// came of it.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "controller/operator/options.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

// The manager must outlive it, and it the passes. RegistryReconciler is attached to the same
// manager.
class BackupReconciler {
 public:
  BackupReconciler(runtime::Manager& manager, OperatorOptions options);

  // Declares what is watched, and what is done. Once, before Manager::run().
  void attach();

 private:
  // Observe, decide, carry out, tell.
  StatusOr<runtime::Result> reconcile(const runtime::Pass& pass, const RegistryBackupSpec& spec);
  // Of one that is being deleted; settled once it may go.
  StatusOr<runtime::Result> let_go(const runtime::Pass& pass);
  // Those of the Registry.
  std::vector<kube::Key> backups_of(const kube::Object& registry) const;

  runtime::Manager& manager_;
  const OperatorOptions options_;
  std::mutex mutex_;
  // What was deleted for them, by the uid; guarded by mutex_. That their finalizer could not be
  // removed yet is no reason to do it again.
  std::map<kube::Key, std::string> done_with_;
};

}  // namespace toolhive
