// DiscoveryReconciler: makes an MCPTool for each MCP server that a Registry has looked for, and
// takes away those that it made and that nothing speaks for any more.
#pragma once

#include <optional>

#include "controller/operator/discovery/asked_sources.hpp"
#include "controller/operator/discovery/carry_out.hpp"
#include "controller/operator/discovery/source_watches.hpp"
#include "controller/operator/discovery/told_refusals.hpp"
#include "controller/operator/discovery_reports.hpp"
#include "controller/operator/options.hpp"
#include "controller/runtime/manager/manager.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive {

// The manager and `reports` must outlive it, and it the passes.
class DiscoveryReconciler {
 public:
  // `registries` wakes the controller that tells of `reports`.
  DiscoveryReconciler(runtime::Manager& manager, DiscoveryReports& reports, OperatorOptions options,
                      runtime::ControllerHandle registries);

  // Declares what is watched, and what is done. Once, before Manager::run().
  void attach();

 private:
  // Observe, decide, carry out, tell.
  StatusOr<runtime::Result> reconcile(const runtime::Pass& pass, const RegistrySpec& spec);
  void tell(const kube::Key& registry, const DiscoveryObservation& observed, const DiscoveryPlan& plan,
            const DiscoveryOutcome& outcome);
  void follow(const Context& ctx);
  void forget(const kube::Key& registry);
  // On threads of informers.
  void source_changed(const runtime::Change& change);
  std::vector<kube::Key> registry_of(const kube::Object& tool) const;

  runtime::Manager& manager_;
  DiscoveryReports& reports_;
  const OperatorOptions options_;
  const runtime::ControllerHandle registries_;
  std::optional<runtime::ControllerHandle> own_;  // from attach() on
  AskedSources asked_;
  ToldRefusals told_;
  runtime::Applier applier_;  // notes a field manager of its own, so that users may add fields
  // The last member: its informers' threads use the others.
  SourceWatches watches_;
};

}  // namespace toolhive
