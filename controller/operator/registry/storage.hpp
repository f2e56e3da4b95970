// What a claim says about a registry's storage.
#pragma once

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"

namespace toolhive {

// The reason of a claim that serves, and that could not be brought to its new size.
inline constexpr const char* kGrowthFailed = "GrowthFailed";
// Of one that has no volume yet, which may come with its first pod.
inline constexpr const char* kClaimPending = "ClaimPending";

// The condition StorageReady. `claim` null: there is none under the name. `wanted_size` empty for a
// claim that is not ours to size.
ConditionValue observe_storage(const Json* claim, const std::string& name, const std::string& wanted_size);

}  // namespace toolhive
