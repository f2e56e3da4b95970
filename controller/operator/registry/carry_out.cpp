#include "controller/operator/registry/carry_out.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/hold.hpp"
#include "controller/operator/registry/refusal.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Object;

namespace {

Status repair(const Context& ctx, kube::Client& client, const Object& owner, const RegistryPlan& plan) {
  if (!plan.repair) return {};
  kube::WriteOptions options;
  options.field_manager = kFieldManager;
  return client.patch(ctx, deployment_type(), owner.key(), kube::PatchType::MergePatch, *plan.repair, options)
      .status();
}

std::optional<ConditionValue> dry_run_all(const Context& ctx, runtime::Applier& applier,
                                          const RegistryPlan& plan) {
  for (const DryRun& run : plan.dry_runs) {
    const Status tried = applier.dry_run(ctx, run.operand->type(), run.running, *run.intent);
    if (is_refusal(tried))
      return ConditionValue::no("Refused", refusal_text(run.operand->type(), tried.message()));
    // What else goes wrong, such as a webhook that is down, is told of the write itself.
  }
  return {};
}

// The old pod goes before the new one comes, so that a new claim must be there first: a quota may
// refuse it. An error is what cannot be told just now.
StatusOr<std::optional<ConditionValue>> make_claim(const Context& ctx, runtime::Applier& applier,
                                                   const Object& owner, const RegistryPlan& plan) {
  std::vector<OperandStep> claims = steps(operands(), plan.wanted, plan.cluster);
  std::erase_if(claims, [](const OperandStep& step) { return step.type != pvc_type(); });
  const WrittenOperands made = write_operands(ctx, applier, owner, claims, refusal_text);
  if (!made.retry.ok()) return made.retry;
  for (const auto* trouble : {&made.storage, &made.refused, &made.failed}) {
    if (!*trouble) continue;
    return std::optional(
        ConditionValue::no((*trouble)->reason, "spec.storage: " + (*trouble)->message + kWhatGoesOn));
  }
  return std::optional<ConditionValue>();
}

// About what serves Routes and HTTPRoutes.
void ask_again(const Context& ctx, kube::Discovery& discovery, Cluster& cluster) {
  const std::pair<const kube::ResourceType&, kube::Offered&> known[] = {
      {route_type(), cluster.routes},
      {http_route_type(), cluster.http_routes},
      {http_route_beta_type(), cluster.http_routes_beta}};
  for (const auto& [type, offered] : known) {
    if (offered != kube::Offered::Yes) continue;
    discovery.invalidate(type);
    offered = discovery.offers(ctx, type);
  }
}

}  // namespace

StatusOr<RegistryOutcome> carry_out(const Context& ctx, kube::Client& client, runtime::Applier& applier,
                                    kube::Discovery& discovery, const Object& owner,
                                    const RegistryPlan& plan) {
  if (const Status repaired = repair(ctx, client, owner, plan); !repaired.ok()) return repaired;
  RegistryOutcome outcome{.refused = plan.refused, .declared = {}, .written = {}, .cluster = plan.cluster};
  if (!outcome.refused) outcome.refused = dry_run_all(ctx, applier, plan);
  if (!outcome.refused && plan.needs_claim) {
    auto held = make_claim(ctx, applier, owner, plan);
    if (!held.ok()) return held.status();
    outcome.refused = *std::move(held);
  }
  // While a spec is refused, what the last accepted one declares is kept as it is.
  outcome.declared = outcome.refused ? plan.accepted : plan.wanted;
  if (!outcome.declared) return outcome;
  outcome.written =
      write_operands(ctx, applier, owner, steps(operands(), *outcome.declared, plan.cluster), refusal_text);
  if (!outcome.refused) outcome.refused = outcome.written.refused;
  if (outcome.written.exposure_error.code() == Code::NotFound) ask_again(ctx, discovery, outcome.cluster);
  return outcome;
}

}  // namespace toolhive
