// Moving: a Registry whose data are files gets spec.storage.type PostgreSQL. Pure.
#pragma once

#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/observe.hpp"

namespace toolhive {

inline constexpr const char* kMovedCondition = "Moved";

// The container that moves.
inline constexpr RolloutTerms kMoveTerms{
    .container = "move", .fields = "spec", .readiness = "its log says why"};

struct StorageMove {
  enum class Step {
    None,  // there is nothing to move, or it is done
    Stay,  // it is served from the files
    Run,   // one pod moves the files, and serves from the database then
  };
  Step step = Step::None;
  std::string claim;  // that has the files; empty with None
  // The condition Moved; absent: what is told stays.
  std::optional<ConditionValue> told = {};
};

// By the Deployment that runs and its pods, and where there is none by what the status remembers.
StorageMove decide_move(const RegistryObservation& observed);

// What is to be declared for `inputs` while it is moved.
RegistryInputs placed(RegistryInputs inputs, const StorageMove& move);

// Why a spec cannot have files: the data are in the database already.
std::optional<ConditionValue> refuse_return(const RegistryObservation& observed);

// Adds what moves to a pod's spec, before the registry; nothing where there is nothing to move.
void add_move(const RegistryInputs& inputs, Json& pod);

// The claim with the data that the Deployment's pods have; empty: none.
std::string claim_in_use(const Json& deployment);

// What the Registry's status says of a move, for who does not carry it out: Stay while the registry
// serves from files although its spec has a database, Run while it is not known where the data are
// in a moment.
StorageMove told_place(const RegistrySpec& spec, const Json& registry);

}  // namespace toolhive
