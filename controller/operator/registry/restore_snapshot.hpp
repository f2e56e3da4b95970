// Restoring from a VolumeSnapshot: the claim of a new Registry is made from it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// spec.dataSource of a claim that is made from the VolumeSnapshot.
Json snapshot_source(const std::string& snapshot);

// The VolumeSnapshot that a claim was made from; empty: none.
std::string snapshot_of(const Json& claim);

// What a backup by VolumeSnapshot has.
struct SnapshotPlace {
  std::string name;
  std::int64_t bytes = 0;  // that a claim needs; 0: not known
};

// Why the claim of this Registry cannot be made from it; `claim` null: there is none yet. Where the
// spec says no size, that of the snapshot counts, if it is more than the default.
std::optional<std::string> snapshot_obstacle(RegistryInputs& inputs, const Json* claim,
                                             const SnapshotPlace& place);

// The condition Restored; `claim` null: there is none yet.
ConditionValue observe_snapshot_restore(const RegistryInputs& inputs, const Json* claim);

}  // namespace toolhive
