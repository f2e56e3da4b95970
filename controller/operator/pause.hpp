// What a resource's status says while its reconciliation is paused.
#pragma once

#include <cstdint>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"

namespace toolhive {

// `before` with the condition ReconciliationPaused; everything else stays as it was when the pause began.
Json paused_status(const Json& before, std::int64_t generation, WallTime now);

}  // namespace toolhive
