#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"

namespace toolhive {

// It scales the Registry, not the Deployment: spec.replicas stays the one place that says how many
// pods there are, and the Deployment follows it.
Json horizontal_pod_autoscaler(const RegistryInputs& inputs) {
  const auto spec = inputs.spec.autoscaling.value_or(RegistrySpec::Autoscaling());
  const Json cpu = {
      {"type", "Resource"},
      {"resource",
       {{"name", "cpu"},
        {"target", {{"type", "Utilization"}, {"averageUtilization", spec.target_cpu_percentage}}}}}};
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"scaleTargetRef",
             {{"apiVersion", registry_type().api_version()},
              {"kind", registry_type().kind},
              {"name", inputs.key.name}}},
            {"minReplicas", spec.min_replicas},
            {"maxReplicas", spec.max_replicas},
            {"metrics", Json::array({cpu})}}}};
}

}  // namespace toolhive
