// What a Registry's schema cannot say: checks of a spec against names, images and what exists
// already.
#pragma once

#include <optional>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// The first thing that keeps the spec from being accepted, or nothing. `claim` is the one in use,
// ours or one that the spec names, or null.
std::optional<ConditionValue> refuse(const RegistryInputs& inputs, const Json* claim);

}  // namespace toolhive
