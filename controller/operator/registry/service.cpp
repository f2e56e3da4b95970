#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

Json service(const RegistryInputs& inputs) {
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"type", "ClusterIP"},
            {"selector", selector_labels(inputs.key.name)},
            {"ports", Json::array({{{"name", "http"},
                                    {"port", kServicePort},
                                    {"protocol", "TCP"},
                                    {"targetPort", "http"},
                                    {"appProtocol", "http"}}})}}}};
}

}  // namespace toolhive
