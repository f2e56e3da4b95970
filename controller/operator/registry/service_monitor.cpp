#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

Json service_monitor(const RegistryInputs& inputs) {
  return {{"metadata", monitoring_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"selector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"endpoints", Json::array({{{"port", "http"}, {"path", "/metrics"}, {"interval", "30s"}}})}}}};
}

}  // namespace toolhive
