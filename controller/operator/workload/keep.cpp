#include "controller/operator/workload/keep.hpp"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/operand/operand_writer.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/types.hpp"
#include "controller/operator/workload/operands.hpp"
#include "controller/operator/workload/validation.hpp"

namespace toolhive {

using kube::Object;

namespace {

WorkloadInputs inputs_of(const kube::Ref<MCPTool>& tool, const OperatorOptions& options) {
  WorkloadInputs inputs;
  inputs.key = tool.key();
  inputs.uid = std::string(tool.meta().uid);
  if (tool->spec.server && tool->spec.server->workload) inputs.spec = *tool->spec.server->workload;
  inputs.bridge_image = options.bridge_image;
  inputs.operator_namespace = options.operator_namespace;
  return inputs;
}

StatusOr<std::vector<Json>> pods_of(const runtime::Cache& cache, const kube::Key& tool) {
  const auto cached = labelled_pods(cache, kServerApplication, tool);
  if (!cached.ok()) return cached.status();
  std::vector<Json> pods;
  for (const Object& pod : *cached) pods.push_back(pod.json());
  return pods;
}

// What there was for a workload that the spec does not have any more.
Status remove_all(const Context& ctx, runtime::Applier& applier, const WorkloadInputs& inputs,
                  const Object& owner) {
  for (const WorkloadOperand& operand : workload_operands()) {
    const Status removed = applier.remove(ctx, operand.type(), owner, {inputs.key.ns, operand.name(inputs)});
    if (!removed.ok()) return removed;
  }
  return {};
}

std::optional<ConditionValue> rollout_trouble(const Rollout& rollout) {
  if (rollout.replicas == 0 && rollout.available.reason == "ScaledToZero") return rollout.available;
  if (!rollout.failed) return std::nullopt;
  ConditionValue trouble = rollout.settled;
  if (rollout.ready_replicas > 0) trouble.message += "; what was there before still serves";
  return trouble;
}

void look_at_rollout(const Object& deployment, const std::vector<Json>& pods, WallTime now,
                     WorkloadState& state) {
  const Json document = deployment.json();
  const Rollout rollout = observe_rollout(&document, pods, kWorkloadTerms, now);
  state.serves = rollout.settled.holds() && rollout.ready_replicas > 0;
  state.revision = std::string(deployment.meta().uid) + "/" + std::to_string(deployment.meta().generation);
  if (!state.trouble) state.trouble = rollout_trouble(rollout);
}

}  // namespace

StatusOr<std::optional<WorkloadState>> keep_workload(const Context& ctx, const runtime::Cache& cache,
                                                     runtime::Applier& applier,
                                                     const OperatorOptions& options,
                                                     const kube::Ref<MCPTool>& tool) {
  using State = std::optional<WorkloadState>;
  const WorkloadInputs inputs = inputs_of(tool, options);
  if (!tool->spec.server || !tool->spec.server->workload) {
    const Status removed = remove_all(ctx, applier, inputs, tool.object());
    return removed.ok() ? StatusOr<State>(State()) : removed;
  }
  WorkloadState state;
  state.url = workload_url(inputs);
  state.trouble = refuse_workload(inputs);
  // What runs stays as it is while the spec is refused.
  if (state.trouble) return State(std::move(state));
  auto pods = pods_of(cache, inputs.key);
  if (!pods.ok()) return pods.status();
  WrittenOperands written =
      write_operands(ctx, applier, tool.object(), steps(workload_operands(), inputs, {}), workload_refusal);
  state.trouble = written.refused ? written.refused : written.failed;
  state.retry = std::move(written.retry);
  if (const Object* deployment = find(written.applied, deployment_type()))
    look_at_rollout(*deployment, *pods, ctx.clock.wall(), state);
  return State(std::move(state));
}

}  // namespace toolhive
