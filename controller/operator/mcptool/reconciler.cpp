#include "controller/operator/mcptool/reconciler.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/index.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/types.hpp"
#include "controller/operator/workload/operands.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::FinalizerNeed;
using runtime::Pass;
using runtime::Result;

namespace {

// Of a registry that cannot be asked.
constexpr runtime::BackoffOptions kToolBackoff{.base = std::chrono::seconds(1),
                                               .max = std::chrono::seconds(60)};

// Between passes over an offer that one pass cannot take in.
constexpr std::chrono::milliseconds kNextPart{100};

FinalizerNeed finalizer_need(const kube::Ref<MCPTool>& tool) {
  return needs_withdrawal(tool) ? FinalizerNeed::Needed : FinalizerNeed::NotNeeded;
}

Result look_again(const Key& key, const ToolPlan& plan, const ToolOutcome& outcome) {
  if (outcome.unfinished) return {.requeue_after = kNextPart};
  if (outcome.failed || outcome.unlisted)
    return {.requeue_after = jittered(outcome.not_before, key), .backoff = true};
  return plan.again == Duration::zero() ? Result{} : Result{.requeue_after = plan.again};
}

std::vector<Key> keys_of(const StatusOr<std::vector<Object>>& tools) {
  std::vector<Key> keys;
  if (!tools.ok()) return keys;  // attach() has added the indexes
  for (const Object& tool : *tools) keys.push_back(tool.key());
  return keys;
}

// That a server is to be looked at first, as after each change of its spec, is no trouble.
bool is_worth_an_event(const runtime::Conditions& conditions) {
  const runtime::Condition* registered = conditions.find("Registered");
  return !registered || registered->reason != "Pending";
}

// The MCPTool whose server runs in the pod.
std::vector<Key> tool_of_pod(const Object& pod) {
  const auto instance = pod.meta().labels.get(kInstanceLabel);
  if (!instance || pod.meta().labels.get(kNameLabel) != kServerApplication) return {};
  return {Key{std::string(pod.meta().ns), std::string(*instance)}};
}

}  // namespace

MCPToolReconciler::MCPToolReconciler(runtime::Manager& manager, RegistryAccess& access, Servers& servers,
                                     OperatorOptions options, runtime::ControllerHandle registries)
    : manager_(manager),
      access_(access),
      servers_(servers),
      taken_(manager.metrics()),
      options_(std::move(options)),
      registries_(registries) {}

void MCPToolReconciler::attach() {
  const auto run = [this](Pass& pass, const auto&) { return reconcile(pass); };
  auto controller = manager_.controller<MCPTool>("mcptool");
  for (const WorkloadOperand& operand : workload_operands())
    controller.owns(operand.type(), operand_informer(operand.optional));
  const runtime::ControllerHandle handle =
      controller.index(kRegistryIndex, index_by_registry)
          .index(kClaimIndex, index_by_claim)
          .watches(
              registry_type(), [this](const Object& registry) { return referrers(registry); }, {},
              concerns_tools)
          .watches(
              mcptool_type(), [this](const Object& tool) { return peers(tool); }, {},
              runtime::declared_changed())
          .watches(pod_type(), tool_of_pod, pod_informer())
          .concurrency(options_.workers)
          .backoff(kToolBackoff)
          .reports({.ready_action = "Register", .each_generation = true, .is_event = is_worth_an_event})
          .finalize(kWithdrawFinalizer, run, finalizer_need)
          .on_gone([this](const Key& key) { forget(key); })
          .on_paused(is_paused,
                     [this](Pass& pass) {
                       servers_.rest(pass.key());
                       return tell_pause(pass);
                     })
          .on_invalid(run)
          .reconcile(run);
  servers_.on_news([handle](const Key& key) { handle.wake(key); });
  // Who leads listens.
  manager_.add_leader_work("listening", [this](const Context& ctx) {
    sleep_until(ctx.clock, TimePoint::max(), ctx.stop);
    servers_.rest_all();
  });
}

StatusOr<Result> MCPToolReconciler::reconcile(const Pass& pass) {
  auto observed =
      observe_tool(pass.ctx(), manager_.client(), manager_.cache(), options_.namespaces, pass.object());
  if (!observed.ok()) return observed.status();
  if (observed->tool.ok() && !observed->object.meta().deleting()) {
    auto workload =
        keep_workload(pass.ctx(), manager_.cache(), manager_.applier(), options_, *observed->tool);
    if (!workload.ok()) return workload.status();
    observed->workload = *std::move(workload);
  }
  observe_server(servers_, *observed);
  observed->offer_was_missed = observed->server && taken_.is_missing(pass.key(), observed->server->sighting);
  const ToolPlan plan = decide(*observed);
  const auto outcome = carry_out(pass.ctx(), access_, plan);
  if (!outcome.ok()) return outcome.status();
  follow_up(pass, *observed, *outcome);
  if (outcome->registry_changed) registries_.wake(plan.claim->registry);
  const Result result = look_again(pass.key(), plan, *outcome);
  if (outcome->report) {
    const auto written =
        pass.write_status(mcptool_status(*observed->status, *outcome->report, pass.ctx().clock.wall()));
    if (!written.ok()) return written.status();
  }
  // Told first, then tried again.
  const bool unwritten = observed->workload && !observed->workload->retry.ok();
  return unwritten ? StatusOr<Result>(observed->workload->retry) : result;
}

void MCPToolReconciler::follow_up(const Pass& pass, const ToolObservation& observed,
                                  const ToolOutcome& outcome) {
  for (const OfferEvent& event : outcome.events)
    pass.event(event.warning ? runtime::EventType::Warning : runtime::EventType::Normal, event.reason,
               "Register", event.note);
  if (!observed.server) return;
  if (outcome.report && outcome.report->offer)
    taken_.held(pass.key(), count_in_state(outcome.report->offer->tools, ToolState::Held));
  const Sighting& sighting = observed.server->sighting;
  if (sighting.offer && !outcome.failed && !outcome.unfinished) taken_.took(pass.key(), sighting);
  // A look that failed would fail again, and its end ask for the next one: that comes in its time.
  if (outcome.wants_offer && sighting.looked && sighting.failure.ok()) servers_.look_again(*observed.watched);
}

void MCPToolReconciler::forget(const Key& key) {
  servers_.forget(key);
  taken_.forget(key);
}

std::vector<Key> MCPToolReconciler::referrers(const Object& registry) const {
  return keys_of(manager_.cache().find(mcptool_type(), kRegistryIndex, registry.key().to_string()));
}

std::vector<Key> MCPToolReconciler::peers(const Object& tool) const {
  const auto claim = claim_of(tool);
  if (!claim || claim->name.empty()) return {};
  std::vector<Key> keys = keys_of(manager_.cache().find(mcptool_type(), kClaimIndex, claim->to_string()));
  std::erase(keys, tool.key());
  return keys;
}

}  // namespace toolhive
