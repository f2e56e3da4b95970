// The last step of a pass over a Registry: its status, as a pure function of what is told.
#pragma once

#include <cstdint>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/report.hpp"

namespace toolhive {

// `before` is the status as it is; times of conditions that do not change stay.
Json registry_status(const Json& before, const RegistryReport& report, WallTime now);

// `before` with what is told of the move, which is told before the rest.
Json status_with_move(const Json& before, const ConditionValue& moved, std::int64_t generation, WallTime now);

// The status of a Registry whose spec cannot even be read: only what that changes.
Json refused_status(const Json& before, const ConditionValue& refusal, std::int64_t generation, WallTime now);

}  // namespace toolhive
