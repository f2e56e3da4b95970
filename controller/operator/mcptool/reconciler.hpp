// MCPToolReconciler: keeps each MCPTool's definition registered, and takes it out again.
#pragma once

#include "controller/operator/mcptool/carry_out.hpp"
#include "controller/operator/options.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/write/status_writer.hpp"

namespace toolhive {

// Thread-safe: reconcile() runs for different keys at once. The manager and `access` must outlive it.
class MCPToolReconciler {
 public:
  MCPToolReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorOptions options);

  // Declares what is watched. Once, before Manager::run(), after RegistryReconciler::attach().
  void attach();

  StatusOr<runtime::Result> reconcile(const Context& ctx, const kube::Key& key);

 private:
  // Observe, decide, carry out, tell.
  StatusOr<runtime::Result> pass(const Context& ctx, const kube::Object& object);
  Duration look_again(const kube::Key& key, const ToolPlan& plan, const ToolOutcome& outcome);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  const runtime::StatusWriter status_;
  FailureBackoff backoff_;
};

}  // namespace toolhive
