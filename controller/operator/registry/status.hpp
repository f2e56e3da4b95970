// The status of a Registry, as a pure function of what was observed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/operator/finding.hpp"
#include "controller/operator/registry/exposure.hpp"
#include "controller/operator/registry/rollout.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

struct RegistryObservation {
  kube::Key key;
  std::int64_t generation = 0;
  std::optional<Finding> refused;  // the spec is not accepted
  std::optional<Finding> failed;   // an operand could not be brought to its state
  Finding storage;
  Rollout rollout;
  ExposureState exposure;
  std::optional<ServiceReport> service;  // absent: not asked, or no answer; the last one is kept
  std::optional<Finding> unreachable;    // a pod serves, but the operator gets no answer from it
};

// `before` is the status as it is; times of conditions that do not change stay.
Json registry_status(const Json& before, const RegistryObservation& observed, WallTime now);

// The status of a Registry whose spec cannot even be read: only what that changes.
Json refused_status(const Json& before, const Finding& refusal, std::int64_t generation, WallTime now);

}  // namespace toolhive
