#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"

namespace toolhive {

// An identity with no rights, whose pods get no token by themselves: a registry speaks to the API
// server only where spec.auth has it ask about tokens, and has one mounted for that.
Json service_account(const RegistryInputs& inputs) {
  return {{"metadata", operand_metadata(inputs, inputs.key.name)}, {"automountServiceAccountToken", false}};
}

}  // namespace toolhive
