#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "controller/operator/registry/autoscaling.hpp"
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
  Json metrics = Json::array({cpu});
  if (spec.requests_per_second)
    metrics.push_back(
        {{"type", "Pods"},
         {"pods",
          {{"metric", {{"name", kRequestsMetric}}},
           {"target",
            {{"type", "AverageValue"}, {"averageValue", std::to_string(*spec.requests_per_second)}}}}}});
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"scaleTargetRef",
             {{"apiVersion", registry_type().api_version()},
              {"kind", registry_type().kind},
              {"name", inputs.key.name}}},
            {"minReplicas", spec.min_replicas},
            {"maxReplicas", spec.max_replicas},
            {"metrics", std::move(metrics)}}}};
}

}  // namespace toolhive
