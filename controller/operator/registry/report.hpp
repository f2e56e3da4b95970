// What is told of a Registry, from what was observed and what came of the plan. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "controller/base/clock.hpp"
#include "controller/operator/finding.hpp"
#include "controller/operator/registry/carry_out.hpp"
#include "controller/operator/registry/exposure.hpp"
#include "controller/operator/registry/rollout.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

struct RegistryReport {
  kube::Key key;
  std::int64_t generation = 0;
  std::optional<Finding> refused;  // the spec is not accepted
  std::optional<Finding> failed;   // an operand could not be brought to its state
  Finding storage;
  Rollout rollout;
  ExposureState exposure;
  std::optional<Finding> drift;          // others have added to what the operator declares
  std::optional<ServiceReport> service;  // absent: not asked, or no answer; the last one is kept
  std::optional<Finding> unreachable;    // a pod serves, but the operator gets no answer from it
};

// All but what only the service knows. What was written counts for more than what was observed before.
RegistryReport report_of(const RegistryObservation& observed, const RegistryOutcome& outcome, WallTime now);

// When to look again although nothing changes.
Duration look_again(const RegistryObservation& observed, const RegistryOutcome& outcome,
                    const RegistryReport& report);

}  // namespace toolhive
