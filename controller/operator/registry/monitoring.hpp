// How a registry is watched: what its monitoring objects have in common, and whether they are
// there.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/json.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// metadata of a monitoring object: that of every operand, with the labels by which Prometheus and
// Grafana choose.
Json monitoring_metadata(const RegistryInputs& inputs, const std::string& name);

// A PromQL expression about one Registry: each "@" of the template becomes the labels that the
// ServiceMonitor gives its series, and each "#" those of the operator's about it.
std::string promql(std::string_view text, const RegistryInputs& inputs);

// The condition Monitored. `failed` null: nothing went wrong.
ConditionValue observe_monitoring(const RegistryInputs& inputs, const Cluster& cluster,
                                  const ConditionValue* failed);

}  // namespace toolhive
