#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

// maxUnavailable rather than minAvailable: with one replica the latter would block every node drain
// for good.
Json pod_disruption_budget(const RegistryInputs& inputs) {
  return {
      {"metadata", operand_metadata(inputs, inputs.key.name)},
      {"spec", {{"maxUnavailable", 1}, {"selector", {{"matchLabels", selector_labels(inputs.key.name)}}}}}};
}

}  // namespace toolhive
