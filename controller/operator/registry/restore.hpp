// Restoring: a new Registry gets what a backup holds, before it serves. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/restore_snapshot.hpp"

namespace toolhive {

inline constexpr const char* kRestoredCondition = "Restored";

// The container that restores.
inline constexpr RolloutTerms kRestoreTerms{
    .container = "restore", .fields = "spec", .readiness = "its log says why"};

// Adds it to a pod's spec, before the registry; nothing where there is nothing to restore.
void add_restore(const RegistryInputs& inputs, Json& pod);

// Whether a status says that a Registry has been restored. Then it is never done again.
bool is_restored(const Json& status);

// Whether the Deployment's pods restore: how a restore that has begun is known when what named its
// place is gone.
bool restores(const Json& deployment);

// What is to be restored, from a RegistryBackup that is complete; else why not, or not yet.
// `backup` null: there is none of that name; `begun`: the Deployment restores from it already.
struct RestoreSource {
  std::optional<RestorePlace> place = {};
  std::optional<ConditionValue> pending = {};
  std::optional<SnapshotPlace> snapshot = {};  // in place of `place`
};
RestoreSource restore_source(const RestoreSpec& spec, const kube::Object* backup, bool begun = false);

// The condition Restored, by the pods of the Deployment, which restore from `where`; `deployment`
// null: there is none yet.
ConditionValue observe_restore(const std::string& where, const Json* deployment,
                               const std::vector<Json>& pods);

}  // namespace toolhive
