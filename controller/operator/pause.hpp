// What a resource's status says while its reconciliation is paused.
#pragma once

#include <cstdint>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/runtime/controller/pass.hpp"

namespace toolhive {

// `before` with the condition ReconciliationPaused, and Ready Unknown; everything else stays as it
// was when the pause began.
Json paused_status(const Json& before, std::int64_t generation, WallTime now);

// Writes that status, of the object of the pass.
Status tell_pause(runtime::Pass& pass);

}  // namespace toolhive
