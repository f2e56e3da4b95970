#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"

namespace toolhive {

// An identity with no rights: the registry never speaks to the API server, so its pods get no token
// either.
Json service_account(const RegistryInputs& inputs) {
  return {{"metadata", operand_metadata(inputs, inputs.key.name)}, {"automountServiceAccountToken", false}};
}

}  // namespace toolhive
