// Whether a Registry is scaled as its spec asks for, by what its HorizontalPodAutoscaler says.
// Pure.
#pragma once

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "crds/registry.hpp"

namespace toolhive {

inline constexpr const char* kAutoscalingCondition = "Autoscaling";

// What a pod answers in a second on average, by a metric of its that custom.metrics.k8s.io offers.
inline constexpr const char* kRequestsMetric = "mcp_registry_requests_per_second";

// `autoscaler` null: it is not there yet.
ConditionValue observe_autoscaling(const RegistrySpec::Autoscaling& spec, const Json* autoscaler);

}  // namespace toolhive
