#include "controller/operator/discovery/reconciler.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/discovery/discovered_tool.hpp"
#include "controller/operator/discovery/observe.hpp"
#include "controller/operator/discovery/orphans.hpp"
#include "controller/operator/discovery/report.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/claim.hpp"
#include "controller/operator/schedule.hpp"
#include "crds/mcptool.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Pass;
using runtime::Result;

namespace {

constexpr const char* kDiscoveryFieldManager = "toolhive-operator-discovery";
// Nothing tells that an API has come or gone.
constexpr std::chrono::seconds kDiscoveryPeriod{30};
// Nothing tells that a first list was empty.
constexpr std::chrono::seconds kStartingPeriod{1};

// A Registry that is paused, or cannot be read, leaves everything as it is.
Status leave_as_it_is(Pass&) {
  return {};
}

Result look_for_more(const Key& registry, const DiscoveryObservation& observed) {
  if (!observed.spec) return {};
  return {.requeue_after =
              observed.is_starting() ? Duration(kStartingPeriod) : jittered(kDiscoveryPeriod, registry)};
}

}  // namespace

DiscoveryReconciler::DiscoveryReconciler(runtime::Manager& manager, DiscoveryReports& reports,
                                         OperatorOptions options, runtime::ControllerHandle registries)
    : manager_(manager),
      reports_(reports),
      options_(std::move(options)),
      registries_(registries),
      applier_(manager.client(), manager.cache(), kDiscoveryFieldManager),
      watches_(manager.client(), manager.discovery(), manager.clock(), options_.namespaces,
               [this](const runtime::Change& change) { source_changed(change); }) {}

void DiscoveryReconciler::attach() {
  attach_discovery_orphans(manager_, options_);
  // The indexes are those of MCPTools, which that has declared.
  own_ = manager_.controller<Registry>("discovery")
             .watches(
                 mcptool_type(), [this](const Object& tool) { return registry_of(tool); }, {},
                 runtime::declared_changed())
             .on_gone([this](const Key& key) { forget(key); })
             .on_paused(is_paused, leave_as_it_is)
             .on_invalid([](Pass&, const Status&) { return Status(); })
             .reconcile([this](const Pass& pass, const kube::Ref<Registry>& registry) {
               return reconcile(pass, registry->spec);
             });
}

StatusOr<Result> DiscoveryReconciler::reconcile(const Pass& pass, const RegistrySpec& spec) {
  asked_.set(pass.key(), spec);
  follow(pass.ctx());
  const DiscoveryView view{manager_.cache(), watches_, options_.namespaces, manager_.client()};
  const auto observed = observe_discovery(pass.ctx(), view, pass.key(), spec);
  if (!observed.ok()) return observed.status();
  const DiscoveryPlan plan = decide(*observed);
  const DiscoveryOutcome outcome = carry_out(pass.ctx(), manager_.client(), applier_, plan);
  tell(pass.key(), *observed, plan, outcome);
  return outcome.retry.ok() ? StatusOr<Result>(look_for_more(pass.key(), *observed)) : outcome.retry;
}

void DiscoveryReconciler::tell(const Key& registry, const DiscoveryObservation& observed,
                               const DiscoveryPlan& plan, const DiscoveryOutcome& outcome) {
  if (!observed.spec) {
    reports_.forget(registry);
    told_.forget(registry);
    return;
  }
  if (observed.is_starting()) return;
  for (const DiscoveryPlan::Refusal& refusal : told_.news(registry, outcome.refused))
    manager_.events().record(refusal.object, runtime::EventType::Warning, refusal.reason, "Discover",
                             "for Registry " + registry.to_string() + ": " + refusal.note);
  if (reports_.set(registry, discovery_report(observed, plan, outcome))) registries_.wake(registry);
}

void DiscoveryReconciler::follow(const Context& ctx) {
  const AskedSources::All all = asked_.all();
  watches_.follow(ctx, all.sources, all.other_namespaces && options_.namespaces.empty());
}

void DiscoveryReconciler::forget(const Key& registry) {
  asked_.forget(registry);
  reports_.forget(registry);
  told_.forget(registry);
  follow({.stop = {}, .clock = manager_.clock()});
}

void DiscoveryReconciler::source_changed(const runtime::Change& change) {
  if (change.type == runtime::Change::Type::Deleted) applier_.forget(std::string(change.before->meta().uid));
  for (const Key& registry : asked_.registries()) own_->wake(registry);
}

std::vector<Key> DiscoveryReconciler::registry_of(const Object& tool) const {
  const auto claim = claim_of(tool);
  const bool concerns = claim && options_.looks_after(claim->registry.ns) &&
                        (asked_.contains(claim->registry) || source_of(tool));
  return concerns ? std::vector<Key>{claim->registry} : std::vector<Key>{};
}

}  // namespace toolhive
