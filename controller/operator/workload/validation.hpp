// What the CRD's schema cannot say against a workload, or a spec from before it did not know. Pure.
#pragma once

#include <optional>

#include "controller/operator/condition_value.hpp"
#include "controller/operator/workload/inputs.hpp"

namespace toolhive {

// Why nothing is made of it, with the field to correct; absent: nothing is known against it.
std::optional<ConditionValue> refuse_workload(const WorkloadInputs& inputs);

}  // namespace toolhive
