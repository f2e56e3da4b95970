#include "controller/operator/mcptool/reconciler.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/index.hpp"
#include "controller/operator/pause.hpp"
#include "controller/operator/registry/reconciler.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using runtime::Result;

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
  if (const Status indexed = index_tools(manager_.cache()); !indexed.ok())
    throw std::logic_error(indexed.to_string());
}

StatusOr<Result> MCPToolReconciler::reconcile(const Context& ctx, const Key& key) {
  auto object = manager_.cache().get(ctx, mcptool_type(), key);
  if (object.status().code() == Code::NotFound) {
    backoff_.reset(key);
    return Result{};
  }
  if (!object.ok()) return object.status();
  // No annotation and no invalid spec holds up a deletion.
  if (!is_paused(*object) || object->meta().deleting()) return pass(ctx, *object);
  const Json before = object->json().value("status", Json::object());
  const auto written =
      status_.write(ctx, *object, paused_status(before, object->meta().generation, manager_.clock().wall()));
  return written.ok() ? StatusOr<Result>(Result{}) : written.status();
}

StatusOr<Result> MCPToolReconciler::pass(const Context& ctx, const Object& object) {
  const auto observed = observe_tool(ctx, manager_.client(), manager_.cache(), options_.namespaces, object);
  if (!observed.ok()) return observed.status();
  const ToolPlan plan = decide(*observed);
  const auto outcome = carry_out(ctx, manager_.client(), access_, object, plan);
  if (!outcome.ok()) return outcome.status();
  if (outcome->registry_changed) manager_.enqueue(kRegistryController, plan.claim->registry);
  const Result result{.requeue_after = look_again(object.key(), plan, *outcome)};
  if (!outcome->report) return result;
  const Json status = mcptool_status(*observed->status, *outcome->report, manager_.clock().wall());
  const auto written = status_.write(ctx, outcome->object, status);
  return written.ok() ? StatusOr<Result>(result) : written.status();
}

Duration MCPToolReconciler::look_again(const Key& key, const ToolPlan& plan, const ToolOutcome& outcome) {
  if (outcome.answered) backoff_.reset(key);
  if (!outcome.failed) return plan.again;
  return std::max(backoff_.next(key), jittered(outcome.not_before, key));
}

}  // namespace toolhive
