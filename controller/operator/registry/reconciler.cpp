#include "controller/operator/registry/reconciler.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/storage.hpp"
#include "controller/operator/registry/validation.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using kube::Offered;
using runtime::Result;

namespace {

constexpr std::chrono::seconds kPeriod{60};
// For what nothing tells about: a name that becomes free, the Route API that appears.
constexpr std::chrono::seconds kShortPeriod{20};

Json status_of(const Object& object) {
  return object.json().value("status", Json::object());
}

// The Registry that an operand is labelled with, for those without an owner reference.
std::vector<Key> map_instance(const Object& object) {
  const auto instance = object.meta().labels.get(kInstanceLabel);
  if (!instance) return {};
  return {Key{std::string(object.meta().ns), std::string(*instance)}};
}

bool is_controlled_by(const Object& object, const Object& owner) {
  const kube::OwnerReference* controller = object.meta().controller();
  return controller && controller->uid == owner.meta().uid;
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
  manager_.controller(kRegistryController, registry_type())
      .owns(service_account_type(), ours)
      .owns(config_map_type(), ours)
      .owns(service_type(), ours)
      .owns(deployment_type(), ours)
      .owns(network_policy_type(), ours)
      .owns(disruption_budget_type(), ours)
      .owns(route_type(), optional)
      .watches(claim_type(), map_instance, ours)
      .watches(pod_type(), map_instance, pods)
      .concurrency(options_.workers)
      .reconcile([this](const Context& ctx, const Key& key) { return reconcile(ctx, key); });
}

StatusOr<Result> RegistryReconciler::reconcile(const Context& ctx, const Key& key) {
  auto object = manager_.cache().get(ctx, registry_type(), key);
  if (object.status().code() == Code::NotFound) {
    access_.forget(key);
    probe_.forget(key);
    const std::lock_guard lock(mutex_);
    accepted_.erase(key);
    return Result{};
  }
  if (!object.ok()) return object.status();
  // The garbage collector takes the operands; what is retained stays as it is.
  if (object->meta().deleting()) {
    applier_.forget(std::string(object->meta().uid));
    return Result{};
  }

  const Json before = status_of(*object);
  const WallTime now = manager_.clock().wall();
  if (is_paused(*object)) {
    const auto written = status_.write(ctx, *object, paused_status(before, object->meta().generation, now));
    return written.ok() ? StatusOr<Result>(Result{}) : written.status();
  }
  auto registry = object->as<Registry>();
  if (!registry.ok()) {
    const Finding refusal = Finding::no("InvalidSpec", registry.status().message());
    const auto written =
        status_.write(ctx, *object, refused_status(before, refusal, object->meta().generation, now));
    return written.ok() ? StatusOr<Result>(Result{}) : written.status();
  }
  auto inputs = inputs_of(ctx, *object, std::move(registry->spec));
  if (!inputs.ok()) return inputs.status();
  return bring_about(ctx, *object, before, *inputs);
}

StatusOr<RegistryInputs> RegistryReconciler::inputs_of(const Context& ctx, const Object& object,
                                                       RegistrySpec spec) {
  RegistryInputs inputs;
  inputs.key = object.key();
  inputs.uid = object.meta().uid;
  inputs.image = spec.image.empty() ? options_.registry_image : spec.image;
  inputs.operator_namespace = options_.operator_namespace;
  inputs.spec = std::move(spec);
  switch (manager_.discovery().offers(ctx, security_context_constraints_type())) {
    case Offered::Yes:
      inputs.set_fs_group = false;
      break;
    case Offered::No:
      inputs.set_fs_group = true;
      break;
    case Offered::Unknown:
      return Status(Code::Unavailable, "the API server does not say whether this is OpenShift; trying again");
  }
  return inputs;
}

StatusOr<std::optional<Json>> RegistryReconciler::claim_of(const Context& ctx, const RegistryInputs& inputs) {
  const Key key{inputs.key.ns, claim_name(inputs)};
  // An existing claim is somebody else's and not in the cache.
  auto claim = inputs.spec.storage.existing_claim.empty() ? manager_.cache().get(ctx, claim_type(), key)
                                                          : manager_.client().get(ctx, claim_type(), key);
  if (claim.status().code() == Code::NotFound) return std::optional<Json>();
  if (!claim.ok()) return claim.status();
  return std::optional<Json>(claim->json());
}

StatusOr<std::vector<Json>> RegistryReconciler::pods_of(const Key& key) const {
  const auto cached = manager_.cache().list(pod_type(), key.ns);
  if (!cached.ok()) return cached.status();
  std::vector<Json> pods;
  for (const Object& pod : *cached) {
    if (pod.meta().labels.get(kInstanceLabel) == key.name) pods.push_back(pod.json());
  }
  return pods;
}

Status RegistryReconciler::repair_strategy(const Context& ctx, const Object& running) {
  const std::optional<Json> patch = strategy_repair(running.json());
  if (!patch) return {};
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  return manager_.client()
      .patch(ctx, deployment_type(), running.key(), kube::PatchType::MergePatch, *patch, options)
      .status();
}

// A spec that was not accepted yet is tried on the running operands first, before anything is changed: the
// API server's refusal must come before the ConfigMaps that the pod would read at its next start.
std::optional<Finding> RegistryReconciler::rehearse(const Context& ctx, const Object& object,
                                                    const Json& before, const RegistryInputs& inputs) {
  const auto conditions = runtime::Conditions::from_json(before.value("conditions", Json::array()));
  const runtime::Condition* accepted = conditions.find("Accepted");
  if (accepted && accepted->status == runtime::ConditionStatus::True &&
      accepted->observed_generation == object.meta().generation)
    return {};
  for (const auto& [type, intent] : {std::pair(&network_policy_type(), network_policy(inputs)),
                                     std::pair(&deployment_type(), deployment(inputs))}) {
    if (*type == network_policy_type() && !inputs.spec.network_policy) continue;
    const auto existing = manager_.cache().get(ctx, *type, inputs.key);
    if (!existing.ok() || !is_controlled_by(*existing, object)) continue;
    const Status tried = applier_.rehearse(ctx, *type, *existing, intent);
    if (is_refusal(tried)) return Finding::no("Refused", "spec: " + tried.message());
    // What else goes wrong, such as a webhook that is down, is told of the write itself.
  }
  return {};
}

void RegistryReconciler::accept(const RegistryInputs& inputs) {
  const std::lock_guard lock(mutex_);
  accepted_.insert_or_assign(inputs.key, inputs);
}

std::optional<RegistryInputs> RegistryReconciler::accepted(const RegistryInputs& refused) const {
  const std::lock_guard lock(mutex_);
  const auto found = accepted_.find(refused.key);
  if (found == accepted_.end() || found->second.uid != refused.uid) return std::nullopt;
  return found->second;
}

StatusOr<Result> RegistryReconciler::bring_about(const Context& ctx, const Object& object, const Json& before,
                                                 const RegistryInputs& inputs) {
  auto claim = claim_of(ctx, inputs);
  if (!claim.ok()) return claim.status();
  const bool own_claim = inputs.spec.storage.existing_claim.empty();

  RegistryObservation observed;
  observed.key = inputs.key;
  observed.generation = object.meta().generation;
  observed.refused = refuse(inputs, own_claim && *claim ? &**claim : nullptr);
  auto running = manager_.cache().get(ctx, deployment_type(), inputs.key);
  if (!running.ok() && running.status().code() != Code::NotFound) return running.status();
  const bool is_ours = running.ok() && is_controlled_by(*running, object);
  if (is_ours) {
    const Status repaired = repair_strategy(ctx, *running);
    if (!repaired.ok()) return repaired;
  }
  if (!observed.refused && is_ours) observed.refused = rehearse(ctx, object, before, inputs);

  Offered routes = manager_.discovery().offers(ctx, route_type());
  Status waits;  // why the pass is to be tried again, when it is
  Status route_error;
  std::string route_refused;
  std::optional<Json> deployment_now;
  std::optional<Json> route_now;
  std::optional<Finding> claim_refused;
  // While a spec is refused, what the last accepted one declares is kept as it is.
  const std::optional<RegistryInputs> declared = observed.refused ? accepted(inputs) : inputs;
  if (declared) {
    WrittenOperands written = write_operands(ctx, applier_, object, *declared, routes);
    waits = written.retry;
    // The Registry goes with its namespace; until then its operands are left alone.
    if (written.namespace_ends) return Result{.requeue_after = kShortPeriod};
    if (!observed.refused) {
      observed.refused = written.refused;
      if (!observed.refused) accept(inputs);
    }
    observed.failed = written.failed;
    claim_refused = written.storage;
    if (written.claim) *claim = written.claim->json();
    if (written.deployment) deployment_now = written.deployment->json();
    if (written.route) route_now = written.route->json();
    route_refused = written.route_refused;
    route_error = written.route_error;
    if (route_error.code() == Code::NotFound) {
      manager_.discovery().invalidate(route_type());
      routes = manager_.discovery().offers(ctx, route_type());
    }
  }
  if (!deployment_now && is_ours) deployment_now = running->json();

  observed.storage = claim_refused ? *claim_refused
                                   : observe_storage(*claim ? &**claim : nullptr, claim_name(inputs),
                                                     own_claim ? inputs.spec.storage.size : std::string());
  const auto pods = pods_of(inputs.key);
  if (!pods.ok()) return pods.status();
  observed.rollout =
      observe_rollout(deployment_now ? &*deployment_now : nullptr, *pods, manager_.clock().wall());
  observed.exposure = observe_exposure(inputs.spec.exposure, routes, route_now ? &*route_now : nullptr);
  if (!route_error.ok() && routes == Offered::Yes)
    observed.exposure.exposed = Finding::unknown("RouteAPIUnknown", route_error.message());
  if (!route_refused.empty() && routes == Offered::Yes)
    observed.exposure.exposed = Finding::no("RouteRefused", route_refused);

  Result result{.requeue_after = jittered(kPeriod, inputs.key)};
  const bool waits_for_route = observed.exposure.exposed.reason == "RouteAPIMissing";
  if (observed.failed || waits_for_route || !route_error.ok() || !*claim) result.requeue_after = kShortPeriod;
  if (observed.rollout.ready_replicas > 0) {
    const ServiceProbe::Answer answer = probe_.ask(ctx, inputs.key);
    observed.service = answer.report;
    if (!answer.error.ok()) observed.unreachable = Finding::no("RegistryUnreachable", answer.error.message());
    if (answer.ask_again > Duration::zero()) result.requeue_after = answer.ask_again;
  }

  const Json status = registry_status(before, observed, manager_.clock().wall());
  const auto written = status_.write(ctx, object, status);
  if (!written.ok()) return written.status();
  if (!waits.ok()) return waits;
  return result;
}

}  // namespace toolhive
