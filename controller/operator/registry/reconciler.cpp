#include "controller/operator/registry/reconciler.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "controller/operator/labels.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Result;

namespace {

// The Registry that an operand is labelled with, for those without an owner reference.
std::vector<Key> map_instance(const Object& object) {
  const auto instance = object.meta().labels.get(kInstanceLabel);
  if (!instance) return {};
  return {Key{std::string(object.meta().ns), std::string(*instance)}};
}

// A rollout that takes its time is no event; a refusal and a failure are.
bool is_worth_an_event(const runtime::Conditions& conditions) {
  const runtime::Condition* accepted = conditions.find("Accepted");
  return (accepted && accepted->status == runtime::ConditionStatus::False) || conditions.is_true("Degraded");
}

}  // namespace

RegistryReconciler::RegistryReconciler(runtime::Manager& manager, RegistryAccess& access,
                                       OperatorOptions options)
    : manager_(manager),
      access_(access),
      options_(std::move(options)),
      applier_(manager.client(), manager.cache(), kFieldManager, kOwnerLabel),
      status_(manager.client(), manager.events(), registry_type(), kFieldManager,
              {.is_event = is_worth_an_event}),
      probe_(access) {}

void RegistryReconciler::attach() {
  // Only what carries our label is cached: a cluster's other ConfigMaps and pods are none of our business.
  const runtime::InformerOptions ours{.ns = {}, .label_selector = managed_selector(), .field_selector = {}};
  runtime::InformerOptions optional = ours;
  optional.optional = true;
  // Pods by what their ReplicaSet selects them by: a pod that loses that is released, and another is made.
  runtime::InformerOptions pods = ours;
  pods.label_selector = registry_selector();
  auto controller = manager_.controller(kRegistryController, registry_type());
  std::set<kube::ResourceType> declared;
  for (const Operand& operand : operands()) {
    if (!declared.insert(operand.type()).second) continue;
    const runtime::InformerOptions& informer = operand.optional ? optional : ours;
    if (operand.owned) {
      controller.owns(operand.type(), informer);
    } else {
      controller.watches(operand.type(), map_instance, informer);
    }
  }
  controller.watches(pod_type(), map_instance, pods)
      .concurrency(options_.workers)
      .reconcile([this](const Context& ctx, const Key& key) { return reconcile(ctx, key); });
}

StatusOr<Result> RegistryReconciler::reconcile(const Context& ctx, const Key& key) {
  auto object = manager_.cache().get(ctx, registry_type(), key);
  if (object.status().code() == Code::NotFound) {
    forget(key);
    return Result{};
  }
  if (!object.ok()) return object.status();
  // The garbage collector takes the operands; what is retained stays as it is.
  if (object->meta().deleting()) {
    applier_.forget(std::string(object->meta().uid));
    return Result{};
  }
  const Json before = object->json().value("status", Json::object());
  const std::int64_t generation = object->meta().generation;
  const WallTime now = manager_.clock().wall();
  if (is_paused(*object)) return rest(ctx, *object, paused_status(before, generation, now));
  auto registry = object->as<Registry>();
  if (registry.ok()) return pass(ctx, *object, std::move(registry->spec));
  const Finding refusal = Finding::no("InvalidSpec", registry.status().message());
  return rest(ctx, *object, refused_status(before, refusal, generation, now));
}

StatusOr<Result> RegistryReconciler::pass(const Context& ctx, const Object& object, RegistrySpec spec) {
  const auto observed = observe_registry(ctx, manager_.client(), manager_.cache(), manager_.discovery(),
                                         options_, object, std::move(spec));
  if (!observed.ok()) return observed.status();
  const RegistryInputs& inputs = observed->inputs;
  const RegistryPlan plan = decide(*observed, accepted_.find(inputs.key, inputs.uid));
  const auto outcome = carry_out(ctx, manager_.client(), applier_, manager_.discovery(), object, plan);
  if (!outcome.ok()) return outcome.status();
  if (!outcome->refused && !outcome->written.namespace_ends) accepted_.remember(inputs);
  return tell(ctx, *observed, *outcome);
}

StatusOr<Result> RegistryReconciler::tell(const Context& ctx, const RegistryObservation& observed,
                                          const RegistryOutcome& outcome) {
  RegistryReport report = report_of(observed, outcome, manager_.clock().wall());
  Result result{.requeue_after = look_again(observed, outcome, report)};
  // The Registry goes with its namespace; until then nothing more is told of it.
  if (outcome.written.namespace_ends) return result;
  if (report.rollout.ready_replicas > 0) {
    const ServiceProbe::Answer answer = probe_.ask(ctx, report.key);
    report.service = answer.report;
    if (!answer.error.ok()) report.unreachable = Finding::no("RegistryUnreachable", answer.error.message());
    if (answer.ask_again > Duration::zero()) result.requeue_after = answer.ask_again;
  }
  const Json status = registry_status(*observed.status, report, manager_.clock().wall());
  const auto written = status_.write(ctx, observed.object, status);
  if (!written.ok()) return written.status();
  // Told first, then tried again: what is known should not wait for what is not.
  return outcome.written.retry.ok() ? StatusOr<Result>(result) : outcome.written.retry;
}

void RegistryReconciler::forget(const Key& key) {
  access_.forget(key);
  probe_.forget(key);
  accepted_.forget(key);
}

StatusOr<Result> RegistryReconciler::rest(const Context& ctx, const Object& object, const Json& status) {
  const auto written = status_.write(ctx, object, status);
  return written.ok() ? StatusOr<Result>(Result{}) : written.status();
}

}  // namespace toolhive
