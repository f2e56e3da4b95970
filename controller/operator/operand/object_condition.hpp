// The conditions that Kubernetes keeps in the status of its own objects.
#pragma once

#include "controller/base/json.hpp"

namespace toolhive {

// The condition of `type` in status.conditions, valid as long as `object`; nullptr when there is
// none.
const Json* condition_of(const Json& object, const char* type);
// Whether there is a condition and it has this status: "True", "False" or "Unknown".
bool has_status(const Json* condition, const char* status);

}  // namespace toolhive
