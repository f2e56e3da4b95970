// RegistryReconciler: makes the cluster hold what a Registry declares, and its status say how that went.
#pragma once

#include "controller/operator/options.hpp"
#include "controller/operator/registry/accepted_inputs.hpp"
#include "controller/operator/registry/probe.hpp"
#include "controller/operator/registry/report.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/write/applier.hpp"
#include "controller/runtime/write/status_writer.hpp"

namespace toolhive {

// Name of the controller, for Manager::enqueue.
inline constexpr const char* kRegistryController = "registry";

// Thread-safe: reconcile() runs for different keys at once. The manager and `access` must outlive it.
class RegistryReconciler {
 public:
  RegistryReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorOptions options);

  // Declares what is watched. Once, before Manager::run().
  void attach();

  StatusOr<runtime::Result> reconcile(const Context& ctx, const kube::Key& key);

 private:
  // Observe, decide, carry out, tell.
  StatusOr<runtime::Result> pass(const Context& ctx, const kube::Object& object, RegistrySpec spec);
  StatusOr<runtime::Result> tell(const Context& ctx, const RegistryObservation& observed,
                                 const RegistryOutcome& outcome);
  void forget(const kube::Key& key);
  // Writes `status` where nothing else is done, and nothing is to be looked at again.
  StatusOr<runtime::Result> rest(const Context& ctx, const kube::Object& object, const Json& status);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  runtime::Applier applier_;
  const runtime::StatusWriter status_;
  ServiceProbe probe_;
  AcceptedInputs accepted_;
};

}  // namespace toolhive
