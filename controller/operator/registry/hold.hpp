// A change that would stop what serves, for want of something that the new pod needs: it is held.
// Pure.
#pragma once

#include <optional>

#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/observe.hpp"

namespace toolhive {

// What is missing, or nothing. The old pod goes before the new one comes, so this is asked before a
// Deployment that runs is changed; without one there is nothing to lose.
std::optional<ConditionValue> hold(const RegistryObservation& observed);

// Whether the Deployment runs on another claim than the spec's, which is the operator's own and not
// there yet. Whether it can be made, only the API server knows.
bool leaves_for_a_new_claim(const RegistryObservation& observed);

// How a message about something that is held ends.
inline constexpr const char* kWhatGoesOn = "; until then the registry goes on as it was accepted last";

}  // namespace toolhive
