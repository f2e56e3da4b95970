#include "controller/operator/mcptool/reconciler.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "controller/base/log.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/permission.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/registry/reconciler.hpp"
#include "controller/operator/types.hpp"
#include "controller/runtime/write/finalizer.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Result;

namespace {

// How often a settled entry is looked at: registries can lose entries without anybody telling.
constexpr std::chrono::seconds kPeriod{60};

constexpr const char* kRegistryIndex = "registry";
constexpr const char* kClaimIndex = "claim";

Json status_of(const Object& object) {
  return object.json().value("status", Json::object());
}

Manager manager_of(const Object& object) {
  return {mcptool_type().kind, std::string(object.meta().ns), std::string(object.meta().name),
          std::string(object.meta().uid)};
}

// Names that are no segment of a path: no registry can be asked for them.
bool is_path_step(const std::string& name) {
  return name == "." || name == "..";
}

std::string describe(const Claim& claim) {
  return "Registry " + claim.registry.to_string();
}

std::vector<std::string> index_registry(const Object& object) {
  const auto claim = claim_of(object);
  return claim ? std::vector<std::string>{claim->registry.to_string()} : std::vector<std::string>{};
}

std::vector<std::string> index_claim(const Object& object) {
  const auto claim = claim_of(object);
  return claim ? std::vector<std::string>{claim->to_string()} : std::vector<std::string>{};
}

}  // namespace

MCPToolReconciler::MCPToolReconciler(runtime::Manager& manager, RegistryAccess& access,
                                     OperatorOptions options)
    : manager_(manager),
      access_(access),
      options_(std::move(options)),
      status_(manager.client(), manager.events(), mcptool_type(), kFieldManager,
              {.ready_action = "Register", .each_generation = true}) {}

void MCPToolReconciler::attach() {
  const auto keys_of = [this](const char* index, const std::string& value, const Object* but) {
    std::vector<Key> keys;
    const auto tools = manager_.cache().find(mcptool_type(), index, value);
    if (!tools.ok()) return keys;  // attach() has added the indexes
    for (const Object& tool : *tools)
      if (!but || tool.key() != but->key()) keys.push_back(tool.key());
    return keys;
  };
  const auto referrers = [keys_of](const Object& registry) {
    return keys_of(kRegistryIndex, registry.key().to_string(), nullptr);
  };
  // Who claims the same name: one that goes leaves it to the next.
  const auto peers = [keys_of](const Object& tool) {
    const auto claim = claim_of(tool);
    return claim ? keys_of(kClaimIndex, claim->to_string(), &tool) : std::vector<Key>{};
  };
  manager_.controller("mcptool", mcptool_type())
      .watches(registry_type(), referrers, {}, concerns_tools)
      .watches(mcptool_type(), peers, {}, runtime::declared_changed())
      .concurrency(options_.workers)
      .reconcile([this](const Context& ctx, const Key& key) { return reconcile(ctx, key); });
  runtime::Cache& cache = manager_.cache();
  for (const Status& done :
       {cache.declare(mcptool_type()), cache.add_index(mcptool_type(), kRegistryIndex, index_registry),
        cache.add_index(mcptool_type(), kClaimIndex, index_claim)}) {
    if (!done.ok()) throw std::logic_error(done.to_string());
  }
}

StatusOr<Result> MCPToolReconciler::reconcile(const Context& ctx, const Key& key) {
  auto object = manager_.cache().get(ctx, mcptool_type(), key);
  if (object.status().code() == Code::NotFound) {
    backoff_.reset(key);
    return Result{};
  }
  if (!object.ok()) return object.status();
  // Before anything else: no annotation and no invalid spec holds up a deletion.
  if (object->meta().deleting()) return release(ctx, *object);
  if (is_paused(*object)) {
    const auto written = status_.write(
        ctx, *object, paused_status(status_of(*object), object->meta().generation, manager_.clock().wall()));
    return written.ok() ? StatusOr<Result>(Result{}) : written.status();
  }
  return bring_about(ctx, *object);
}

StatusOr<Result> MCPToolReconciler::bring_about(const Context& ctx, const Object& seen) {
  const Json before = status_of(seen);
  const RememberedTool memory = remembered(before);
  ToolObservation observed;
  observed.generation = seen.meta().generation;
  observed.accepted = Finding::yes("Accepted", "the definition is in order");
  observed.tool = memory.tool;
  const auto finish = [&](const Object& object, Duration again) -> StatusOr<Result> {
    const auto written =
        status_.write(ctx, object, mcptool_status(before, observed, manager_.clock().wall()));
    if (!written.ok()) return written.status();
    return Result{.requeue_after = again};
  };

  const auto tool = seen.as<MCPTool>();
  const auto claim = claim_of(seen);
  if (!tool.ok() || !claim) {
    observed.accepted =
        Finding::no("InvalidSpec", tool.ok() ? "spec.registryRef: is required" : tool.status().message());
    observed.registered = Finding::no("NotAccepted", "the definition is not accepted");
    return finish(seen, kPeriod);
  }
  if (is_path_step(claim->name)) {
    observed.accepted =
        Finding::no("InvalidSpec", "spec.definition.name: must not be \".\" or \"..\"; use another name");
    observed.registered = Finding::no("NotAccepted", "the definition is not accepted");
    return finish(seen, kPeriod);
  }
  auto held = hold_or_let_go(ctx, seen, tool->spec.deletion_policy);
  if (!held.ok()) return held.status();
  const Object& object = *held;
  const Duration period = jittered(kPeriod, object.key());

  auto registry = registry_of(ctx, *claim);
  if (registry.status().code() == Code::NotFound) {
    observed.registered = Finding::no("RegistryNotFound", registry.status().message());
    observed.tool.reset();
    return finish(object, period);
  }
  if (!registry.ok()) return registry.status();
  const RegistryTarget target = target_of(*registry);
  observed.registry_url = target.url;

  auto allowed = is_allowed_in(ctx, target, claim->registry, object.meta().ns);
  if (!allowed.ok()) return allowed.status();
  if (!*allowed) {
    observed.accepted =
        Finding::no("NamespaceNotAllowed",
                    "spec.registryRef: " + describe(*claim) + " does not take MCPTools of namespace " +
                        std::string(object.meta().ns) + "; ask for it in its allowedNamespaces");
    observed.registered = Finding::no("NotAccepted", "the namespace is not allowed");
    return give_up_name(ctx, object, *claim, std::move(observed), memory);
  }
  auto other = rival(ctx, object, *claim, target);
  if (!other.ok()) return other.status();
  if (*other) {
    observed.registered =
        Finding::no("NameConflict", "the older MCPTool " + (*other)->key().to_string() + " has the name " +
                                        claim->name + " in " + describe(*claim) +
                                        "; use another definition.name, or delete one of the two");
    return give_up_name(ctx, object, *claim, std::move(observed), memory);
  }
  if (!target.available) {
    // What was registered stays so while its registry restarts; the Registry reports the outage.
    if (memory.tool && memory.generation == observed.generation) return Result{.requeue_after = period};
    observed.registered =
        Finding::unknown("RegistryUnavailable", describe(*claim) + " does not serve; see its conditions");
    return finish(object, period);
  }

  auto api = access_.open(claim->registry);
  if (!api.ok()) return api.status();
  const WantedTool wanted{claim->name, tool->spec.version, observed.generation, tool->spec.definition,
                          manager_of(object)};
  RegistrationOutcome outcome = register_tool(ctx, **api, wanted, memory.tool, memory.generation);
  observed.accepted = outcome.accepted;
  observed.registered = outcome.registered;
  observed.tool = outcome.tool;
  if (outcome.wrote) manager_.enqueue(kRegistryController, claim->registry);
  if (!outcome.unavailable) {
    backoff_.reset(object.key());
    return finish(object, period);
  }
  Duration again = backoff_.next(object.key());
  if (outcome.busy) return Result{.requeue_after = again};
  again = std::max(again, jittered(outcome.not_before, object.key()));
  if (memory.tool && memory.generation == observed.generation) return Result{.requeue_after = again};
  return finish(object, again);
}

// NotFound also for a Registry that is being deleted or that this operator does not look after: nothing can be
// registered in it, and nothing need be withdrawn.
StatusOr<Object> MCPToolReconciler::registry_of(const Context& ctx, const Claim& claim) {
  const auto& mine = options_.namespaces;
  if (!mine.empty() && std::find(mine.begin(), mine.end(), claim.registry.ns) == mine.end())
    return Status(Code::NotFound,
                  "this operator does not look after namespace " + claim.registry.ns + " of the Registry");
  auto registry = manager_.cache().get(ctx, registry_type(), claim.registry);
  const bool gone =
      registry.status().code() == Code::NotFound || (registry.ok() && registry->meta().deleting());
  if (gone) return Status(Code::NotFound, describe(claim) + " does not exist");
  return registry;
}

StatusOr<Object> MCPToolReconciler::hold_or_let_go(const Context& ctx, const Object& object,
                                                   DeletionPolicy policy) {
  if (policy == DeletionPolicy::Withdraw)
    return runtime::ensure_finalizer(ctx, manager_.client(), mcptool_type(), object, kWithdrawFinalizer);
  if (!object.meta().has_finalizer(kWithdrawFinalizer)) return object;
  const Status removed =
      runtime::remove_finalizer(ctx, manager_.client(), mcptool_type(), object, kWithdrawFinalizer);
  return removed.ok() ? StatusOr<Object>(object) : removed;
}

StatusOr<bool> MCPToolReconciler::is_allowed_in(const Context& ctx, const RegistryTarget& target,
                                                const Key& registry, std::string_view ns) {
  if (!needs_labels(target.allowed_namespaces, registry.ns, ns))
    return is_allowed(target.allowed_namespaces, registry.ns, ns, {});
  auto object = manager_.client().get(ctx, namespace_type(), Key{"", std::string(ns)});
  if (object.status().code() == Code::NotFound) return false;
  if (!object.ok()) return object.status();
  return is_allowed(target.allowed_namespaces, registry.ns, ns, object->meta().labels);
}

StatusOr<std::optional<Object>> MCPToolReconciler::rival(const Context& ctx, const Object& object,
                                                         const Claim& claim, const RegistryTarget& target) {
  auto peers = manager_.cache().find(mcptool_type(), kClaimIndex, claim.to_string());
  if (!peers.ok()) return peers.status();
  std::vector<Object> claimants;
  for (Object& peer : *peers) {
    if (peer.meta().uid == object.meta().uid) continue;
    // Who may not register there cannot hold a name there either.
    auto allowed = is_allowed_in(ctx, target, claim.registry, peer.meta().ns);
    if (!allowed.ok()) return allowed.status();
    if (*allowed) claimants.push_back(std::move(peer));
  }
  if (claimants.empty()) return std::optional<Object>();
  claimants.push_back(object);
  const Object* first = holder(claimants);
  if (first->meta().uid == object.meta().uid) return std::optional<Object>();
  return std::optional<Object>(*first);
}

// Somebody else has the name, or this namespace has lost the right to it: what is registered goes.
StatusOr<Result> MCPToolReconciler::give_up_name(const Context& ctx, const Object& object, const Claim& claim,
                                                 ToolObservation observed, const RememberedTool& memory) {
  Duration again = jittered(kPeriod, object.key());
  if (memory.tool) {
    const Status withdrawn = withdraw(ctx, object, claim);
    if (withdrawn.ok()) {
      observed.tool.reset();
    } else {
      again = backoff_.next(object.key());
    }
  }
  const auto written =
      status_.write(ctx, object, mcptool_status(status_of(object), observed, manager_.clock().wall()));
  if (!written.ok()) return written.status();
  return Result{.requeue_after = again};
}

StatusOr<Result> MCPToolReconciler::release(const Context& ctx, const Object& object) {
  if (!object.meta().has_finalizer(kWithdrawFinalizer)) return Result{};
  const auto let_go = [&](const std::string& why) -> StatusOr<Result> {
    const Status removed =
        runtime::remove_finalizer(ctx, manager_.client(), mcptool_type(), object, kWithdrawFinalizer);
    if (!removed.ok()) return removed;
    log(LogLevel::Info, "let go", {{"reason", why}});
    return Result{};
  };

  const auto tool = object.as<MCPTool>();
  if (tool.ok() && tool->spec.deletion_policy == DeletionPolicy::Retain)
    return let_go("deletionPolicy is Retain");
  const auto claim = claim_of(object);
  if (!claim) return let_go("it names no registry");
  if (is_path_step(claim->name)) return let_go("no registry can have a tool of its name");

  auto registry = registry_of(ctx, *claim);
  if (registry.status().code() == Code::NotFound) return let_go(registry.status().message());
  if (!registry.ok()) return registry.status();
  if (!target_of(*registry).available) {
    if (was_refused(status_of(object), object.meta().generation)) return let_go("it was never registered");
    return wait_for_registry(ctx, object, describe(*claim) + " does not serve");
  }

  const Status withdrawn = withdraw(ctx, object, *claim);
  if (withdrawn.reason() == RegistryCircuit::kBusy)
    return Result{.requeue_after = backoff_.next(object.key())};
  if (!withdrawn.ok()) return wait_for_registry(ctx, object, withdrawn.message());
  manager_.enqueue(kRegistryController, claim->registry);
  return let_go("the tool " + claim->name + " is withdrawn from " + describe(*claim));
}

StatusOr<Result> MCPToolReconciler::wait_for_registry(const Context& ctx, const Object& object,
                                                      const std::string& why) {
  const Json before = status_of(object);
  ToolObservation observed;
  observed.generation = object.meta().generation;
  observed.accepted = Finding::yes("Accepted", "the definition is in order");
  observed.tool = remembered(before).tool;
  observed.registered = Finding::unknown(
      "WithdrawalPending", "the tool cannot be withdrawn yet: " + why +
                               "; to let the MCPTool go without it, set spec.deletionPolicy to Retain");
  const auto written = status_.write(ctx, object, mcptool_status(before, observed, manager_.clock().wall()));
  if (!written.ok()) return written.status();
  return Result{.requeue_after = backoff_.next(object.key())};
}

// Success also when the registry has no such tool, or another's, or says that it can have none of that name.
Status MCPToolReconciler::withdraw(const Context& ctx, const Object& object, const Claim& claim) {
  auto api = access_.open(claim.registry);
  if (!api.ok()) return api.status();
  Status withdrawn = (*api)->withdraw(ctx, claim.name, manager_of(object));
  const Code code = withdrawn.code();
  if (code == Code::NotFound || code == Code::Conflict || code == Code::Invalid) return {};
  return withdrawn;
}

}  // namespace toolhive
