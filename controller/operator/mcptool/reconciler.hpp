// MCPToolReconciler: keeps each MCPTool's definition registered, and takes it out again.
#pragma once

#include <optional>

#include "controller/operator/mcptool/claim.hpp"
#include "controller/operator/mcptool/registration.hpp"
#include "controller/operator/mcptool/status.hpp"
#include "controller/operator/mcptool/target.hpp"
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
  // One pass over an MCPTool that stays.
  StatusOr<runtime::Result> bring_about(const Context& ctx, const kube::Object& object);
  StatusOr<kube::Object> registry_of(const Context& ctx, const Claim& claim);
  StatusOr<kube::Object> hold_or_let_go(const Context& ctx, const kube::Object& object,
                                        DeletionPolicy policy);
  StatusOr<bool> is_allowed_in(const Context& ctx, const RegistryTarget& target, const kube::Key& registry,
                               std::string_view ns);
  // The MCPTool that has the name `object` claims, when that is another one.
  StatusOr<std::optional<kube::Object>> rival(const Context& ctx, const kube::Object& object,
                                              const Claim& claim, const RegistryTarget& target);
  StatusOr<runtime::Result> give_up_name(const Context& ctx, const kube::Object& object, const Claim& claim,
                                         ToolObservation observed, const RememberedTool& memory);

  // One pass over an MCPTool that is being deleted: withdraws the tool, then lets the object go.
  StatusOr<runtime::Result> release(const Context& ctx, const kube::Object& object);
  StatusOr<runtime::Result> wait_for_registry(const Context& ctx, const kube::Object& object,
                                              const std::string& why);
  Status withdraw(const Context& ctx, const kube::Object& object, const Claim& claim);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  const runtime::StatusWriter status_;
  FailureBackoff backoff_;
};

}  // namespace toolhive
