// The operands of an MCPTool whose server the operator runs, row by row, and what they should be.
#pragma once

#include <span>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/workload/inputs.hpp"

namespace toolhive {

using WorkloadOperand = OperandRow<WorkloadInputs>;

// In the order in which they are written: what the pod needs comes before the pod.
std::span<const WorkloadOperand> workload_operands();

Json workload_deployment(const WorkloadInputs& inputs);
Json workload_service(const WorkloadInputs& inputs);
Json workload_service_account(const WorkloadInputs& inputs);
Json workload_network_policy(const WorkloadInputs& inputs);

// The container that the operator declares.
inline constexpr RolloutTerms kWorkloadTerms{
    .container = "server", .fields = "spec.server.workload", .readiness = "its log says why"};

// What the API server says against an operand, in terms of the MCPTool.
std::string workload_refusal(const kube::ResourceType& type, const std::string& message);

}  // namespace toolhive
