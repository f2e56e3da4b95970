#include "controller/operator/registry/reconciler.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/registry/status.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/types.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Pass;
using runtime::Result;

namespace {

// For the run of a schedule, of which the time has just come.
constexpr Duration kLeastWait = std::chrono::seconds(1);

// The Registry that an operand is labelled with, for those without an owner reference.
std::vector<Key> map_instance(const Object& object) {
  const auto instance = object.meta().labels.get(kInstanceLabel);
  if (!instance || object.meta().labels.get(kNameLabel) != kRegistryApplication) return {};
  return {Key{std::string(object.meta().ns), std::string(*instance)}};
}

// A rollout that takes its time is no event; a refusal and a failure are.
bool is_worth_an_event(const runtime::Conditions& conditions) {
  const runtime::Condition* accepted = conditions.find("Accepted");
  return (accepted && accepted->status == runtime::ConditionStatus::False) || conditions.is_true("Degraded");
}

// Of a spec that cannot be read.
Status tell_unreadable(const Pass& pass, const Status& why) {
  const Object& object = pass.object();
  const ConditionValue refusal = ConditionValue::no("InvalidSpec", why.message());
  return pass
      .write_status(
          refused_status(*object.status(), refusal, object.meta().generation, pass.ctx().clock.wall()))
      .status();
}

// What was moved only the pod knows that moved it, and it goes with what comes of this.
Status tell_move(const Pass& pass, const StorageMove& move, RegistryObservation& observed) {
  if (!move.told || !move.told->holds()) return {};
  const WallTime now = pass.ctx().clock.wall();
  Json status = status_with_move(*observed.status, *move.told, pass.object().meta().generation, now);
  const Status written = pass.write_status(status).status();
  observed.status = std::make_shared<const Json>(std::move(status));
  return written;
}

}  // namespace

RegistryReconciler::RegistryReconciler(runtime::Manager& manager, RegistryAccess& access,
                                       OperatorIdentity& identity, OperatorOptions options,
                                       const DiscoveryReports* discoveries)
    : manager_(manager),
      access_(access),
      identity_(identity),
      options_(std::move(options)),
      discoveries_(discoveries),
      probe_(access),
      backup_metrics_(manager.metrics()) {}

runtime::ControllerHandle RegistryReconciler::attach() {
  auto controller = manager_.controller<Registry>("registry");
  std::set<kube::ResourceType> declared;
  for (const Operand& operand : operands()) {
    if (!declared.insert(operand.type()).second) continue;
    const runtime::InformerOptions informer = operand_informer(operand.optional);
    if (operand.owned) {
      controller.owns(operand.type(), informer);
    } else {
      controller.watches(operand.type(), map_instance, informer);
    }
  }
  // One that is being deleted needs nothing done: the garbage collector takes the operands; what is
  // retained stays as it is.
  return controller.watches(pod_type(), map_instance, pod_informer())
      .watches(registry_backup_type(), registry_of_backup)
      .concurrency(options_.workers)
      .reports({.is_event = is_worth_an_event})
      .on_gone([this](const Key& key) { forget(key); })
      .on_paused(is_paused, tell_pause)
      .on_invalid(tell_unreadable)
      .reconcile([this](const Pass& pass, const kube::Ref<Registry>& registry) {
        return reconcile(pass, registry->spec);
      });
}

StatusOr<Result> RegistryReconciler::reconcile(const Pass& pass, const RegistrySpec& spec) {
  auto observed = observe_registry(pass.ctx(), manager_.client(), manager_.cache(), manager_.discovery(),
                                   identity_, options_, pass.object(), spec);
  if (!observed.ok()) return observed.status();
  const RegistryInputs& inputs = observed->inputs;
  const RegistryPlan plan = decide(*observed, accepted_.find(inputs.key, inputs.uid));
  if (const Status told = tell_move(pass, plan.move, *observed); !told.ok()) return told;
  const auto outcome =
      carry_out(pass.ctx(), manager_.client(), manager_.applier(), manager_.discovery(), pass.object(), plan);
  if (!outcome.ok()) return outcome.status();
  if (!outcome->refused && !outcome->written.namespace_ends) accepted_.remember(inputs);
  return tell(pass, *observed, *outcome, keep_backups(pass, *observed));
}

std::optional<BackupsReport> RegistryReconciler::keep_backups(const Pass& pass,
                                                              const RegistryObservation& observed) {
  const WallTime now = pass.ctx().clock.wall();
  const auto plan = plan_backups(observed, now);
  if (!plan) {
    backup_metrics_.forget(pass.key());
    return std::nullopt;
  }
  const Status done = carry_out_backups(pass.ctx(), manager_.client(), observed, *plan);
  BackupsReport report = report_backups(observed, *plan, done, now);
  backup_metrics_.tell(pass.key(), report.healthy.status != runtime::ConditionStatus::False, report.last);
  return report;
}

StatusOr<Result> RegistryReconciler::tell(const Pass& pass, const RegistryObservation& observed,
                                          const RegistryOutcome& outcome,
                                          std::optional<BackupsReport> backups) {
  RegistryReport report = report_of(observed, outcome, pass.ctx().clock.wall());
  report.backups = std::move(backups);
  Result result{.requeue_after = look_again(observed, outcome, report)};
  // The Registry goes with its namespace; until then nothing more is told of it.
  if (outcome.written.namespace_ends) return result;
  if (report.rollout.ready_replicas > 0) {
    // What is declared serves, whatever the spec asks for by now.
    const RegistryEndpoint endpoint = endpoint_of(outcome.declared ? *outcome.declared : observed.inputs);
    const ServiceProbe::Answer answer = probe_.ask(pass.ctx(), report.key, endpoint);
    report.service = answer.report;
    if (!answer.error.ok())
      report.unreachable = ConditionValue::no("RegistryUnreachable", answer.error.message());
    if (answer.ask_again > Duration::zero()) result.requeue_after = answer.ask_again;
  }
  report_tls(observed, outcome, access_.certificate(report.key), report);
  if (discoveries_) report.discovery = discoveries_->find(report.key);
  if (report.backups && report.backups->next)
    result.requeue_after =
        std::min<Duration>(*result.requeue_after,
                           std::max<Duration>(*report.backups->next - pass.ctx().clock.wall(), kLeastWait));
  const auto written = pass.write_status(registry_status(*observed.status, report, pass.ctx().clock.wall()));
  if (!written.ok()) return written.status();
  // Told first, then tried again: what is known should not wait for what is not.
  return outcome.written.retry.ok() ? StatusOr<Result>(result) : outcome.written.retry;
}

void RegistryReconciler::forget(const Key& key) {
  access_.forget(key);
  probe_.forget(key);
  accepted_.forget(key);
  backup_metrics_.forget(key);
}

}  // namespace toolhive
