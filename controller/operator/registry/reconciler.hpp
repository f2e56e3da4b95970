// RegistryReconciler: makes the cluster hold what a Registry declares, and its status say how that
// went.
#pragma once

#include <optional>

#include "controller/operator/discovery_reports.hpp"
#include "controller/operator/identity/operator_identity.hpp"
#include "controller/operator/options.hpp"
#include "controller/operator/registry/accepted_inputs.hpp"
#include "controller/operator/registry/backup_metrics.hpp"
#include "controller/operator/registry/probe.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/operator/registry/scheduled_backups.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive {

// The manager, `access`, `identity` and `discoveries` must outlive it, and it the passes. The
// manager's options give the owner label.
class RegistryReconciler {
 public:
  // `discoveries` has what is told of discovery; nullptr: this process discovers nothing.
  RegistryReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorIdentity& identity,
                     OperatorOptions options, const DiscoveryReports* discoveries = nullptr);

  // Declares what is watched, and what is done. Once, before Manager::run().
  runtime::ControllerHandle attach();

 private:
  // Observe, decide, carry out, tell.
  StatusOr<runtime::Result> reconcile(const runtime::Pass& pass, const RegistrySpec& spec);
  StatusOr<runtime::Result> tell(const runtime::Pass& pass, const RegistryObservation& observed,
                                 const RegistryOutcome& outcome, std::optional<BackupsReport> backups);
  // Absent: there is no schedule to go by.
  std::optional<BackupsReport> keep_backups(const runtime::Pass& pass, const RegistryObservation& observed);
  void forget(const kube::Key& key);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  OperatorIdentity& identity_;
  const OperatorOptions options_;
  const DiscoveryReports* const discoveries_;
  ServiceProbe probe_;
  AcceptedInputs accepted_;
  BackupMetrics backup_metrics_;
};

}  // namespace toolhive
