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
#include "controller/runtime/manager.hpp"

namespace toolhive {

// Thread-safe: reconcile() runs for different keys at once. The manager and `access` must outlive it.
class MCPToolReconciler {
 public:
  MCPToolReconciler(runtime::Manager& manager, RegistryAccess& access, OperatorOptions options);

  // Declares what is watched. Once, before Manager::run(), after RegistryReconciler::attach().
  void attach();

  kube::StatusOr<runtime::Result> reconcile(const kube::Context& ctx, const kube::Key& key);

 private:
  // One pass over an MCPTool that stays.
  kube::StatusOr<runtime::Result> bring_about(const kube::Context& ctx, const kube::Object& object);
  kube::StatusOr<kube::Object> registry_of(const kube::Context& ctx, const Claim& claim);
  kube::StatusOr<kube::Object> hold_or_let_go(const kube::Context& ctx, const kube::Object& object,
                                              DeletionPolicy policy);
  kube::StatusOr<bool> is_allowed_in(const kube::Context& ctx, const RegistryTarget& target,
                                     const kube::Key& registry, std::string_view ns);
  // The MCPTool that has the name `object` claims, when that is another one.
  kube::StatusOr<std::optional<kube::Object>> rival(const kube::Context& ctx, const kube::Object& object,
                                                    const Claim& claim, const RegistryTarget& target);
  kube::StatusOr<runtime::Result> give_up_name(const kube::Context& ctx, const kube::Object& object,
                                               const Claim& claim, ToolObservation observed,
                                               const RememberedTool& memory);

  // One pass over an MCPTool that is being deleted: withdraws the tool, then lets the object go.
  kube::StatusOr<runtime::Result> release(const kube::Context& ctx, const kube::Object& object);
  kube::StatusOr<runtime::Result> wait_for_registry(const kube::Context& ctx, const kube::Object& object,
                                                    const std::string& why);
  kube::Status withdraw(const kube::Context& ctx, const kube::Object& object, const Claim& claim);

  kube::Status write_status(const kube::Context& ctx, const kube::Object& object, const kube::Json& status);
  void report(const kube::Object& object, const kube::Json& before, const kube::Json& status);

  runtime::Manager& manager_;
  RegistryAccess& access_;
  const OperatorOptions options_;
  Backoff backoff_;
};

}  // namespace toolhive
