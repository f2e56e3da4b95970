#include "controller/operator/workload/inputs.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"

namespace toolhive {

// Not the MCPTool's own: a Registry of that name may be in the namespace.
std::string workload_name(const WorkloadInputs& inputs) {
  return inputs.key.name + "-mcp";
}

std::string workload_url(const WorkloadInputs& inputs) {
  return "http://" + workload_name(inputs) + "." + inputs.key.ns +
         ".svc:" + std::to_string(inputs.spec.port) + inputs.spec.path;
}

Json workload_metadata(const WorkloadInputs& inputs) {
  return {{"name", workload_name(inputs)},
          {"namespace", inputs.key.ns},
          {"labels", server_labels(inputs.key.name)}};
}

}  // namespace toolhive
