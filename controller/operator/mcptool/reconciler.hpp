// MCPToolReconciler: keeps each MCPTool's definition registered, and takes it out again.
#pragma once

#include "controller/operator/mcptool/carry_out.hpp"
#include "controller/operator/mcptool/taken_offers.hpp"
#include "controller/operator/options.hpp"
#include "controller/operator/registry_access.hpp"
#include "controller/operator/server/servers.hpp"
#include "controller/runtime/manager/manager.hpp"

namespace toolhive {

// The manager, `access` and `servers` must outlive it, and it the passes.
class MCPToolReconciler {
 public:
  // `registries` wakes the controller of Registries.
  MCPToolReconciler(runtime::Manager& manager, RegistryAccess& access, Servers& servers,
                    OperatorOptions options, runtime::ControllerHandle registries);

  // Declares what is watched, and what is done. Once, before Manager::run().
  void attach();

 private:
  // Observe, decide, carry out, tell: of an MCPTool in order, of one that cannot be read, and of
  // one to be let go.
  StatusOr<runtime::Result> reconcile(const runtime::Pass& pass);
  // Tells of what was done, and asks for what was missing.
  void follow_up(const runtime::Pass& pass, const ToolObservation& observed, const ToolOutcome& outcome);
  void forget(const kube::Key& key);
  // Those that refer to the Registry.
  std::vector<kube::Key> referrers(const kube::Object& registry) const;
  // Those that claim the same name: one that goes leaves it to the next.
  std::vector<kube::Key> peers(const kube::Object& tool) const;

  runtime::Manager& manager_;
  RegistryAccess& access_;
  Servers& servers_;
  TakenOffers taken_;
  const OperatorOptions options_;
  const runtime::ControllerHandle registries_;
};

}  // namespace toolhive
