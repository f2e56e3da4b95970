// JobState: what a Job and its pods say about the one thing that it is to do.
#pragma once

#include <optional>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/pod.hpp"
#include "controller/operator/operand/rollout.hpp"

namespace toolhive {

struct JobState {
  enum class Phase { Running, Succeeded, Failed };
  Phase phase = Phase::Running;
  // While it runs: what it does, or what it waits for. Of one that failed: why.
  ConditionValue value;
  std::optional<Termination> last;  // the end of the last try that ended
};

// Of `pods` those count that the Job controls. `terms` names the container that does the work; one
// that ends with an exit code from `final_code` on has the Job taken for failed, whatever tries are
// left.
JobState observe_job(const Json& job, const std::vector<Json>& pods, const RolloutTerms& terms,
                     std::int64_t final_code, WallTime now);

}  // namespace toolhive
