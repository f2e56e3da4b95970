// What a resource's status says while its reconciliation is paused.
#pragma once

#include <cstdint>

#include "controller/kube/clock.hpp"
#include "controller/kube/json.hpp"

namespace toolhive {

// `before` with the condition ReconciliationPaused; everything else stays as it was when the pause began.
kube::Json paused_status(const kube::Json& before, std::int64_t generation, kube::WallTime now);

}  // namespace toolhive
