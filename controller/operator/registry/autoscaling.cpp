#include "controller/operator/registry/autoscaling.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/base/json_access.hpp"
#include "controller/operator/operand/object_condition.hpp"

namespace toolhive {

namespace {

constexpr const char* kNoRequestsMetric = "RequestsMetricMissing";

// An entry is there for each metric, and empty where it could not be read.
bool has_read_requests(const Json& autoscaler) {
  const Json* const metrics = value_at(autoscaler, "/status/currentMetrics");
  return metrics && metrics->is_array() &&
         std::any_of(metrics->begin(), metrics->end(), [](const Json& metric) {
           return text_at(metric, "/pods/metric/name") == kRequestsMetric;
         });
}

std::string how_to_offer() {
  return std::string("; the cluster has to offer the metric ") + kRequestsMetric +
         " of pods in custom.metrics.k8s.io, as prometheus-adapter does with the rule in the operator's "
         "documentation";
}

}  // namespace

ConditionValue observe_autoscaling(const RegistrySpec::Autoscaling& spec, const Json* autoscaler) {
  const Json* const active = autoscaler ? condition_of(*autoscaler, "ScalingActive") : nullptr;
  if (!active)
    return ConditionValue::unknown("AutoscalerPending",
                                   "the cluster has not looked at the HorizontalPodAutoscaler yet");
  if (!has_status(active, "True")) {
    const std::string reason = string_member(*active, "reason");
    const std::string words =
        "the HorizontalPodAutoscaler does not scale: " + reason + ": " + string_member(*active, "message");
    if (reason == "FailedGetPodsMetric") return ConditionValue::no(kNoRequestsMetric, words + how_to_offer());
    return ConditionValue::no("ScalingInactive", words);
  }
  if (spec.requests_per_second && !has_read_requests(*autoscaler))
    return ConditionValue::no(
        kNoRequestsMetric,
        "the HorizontalPodAutoscaler goes by the CPU alone, for it sees no requests" + how_to_offer());
  return ConditionValue::yes("Scaling",
                             "the HorizontalPodAutoscaler reads what it goes by, and sets spec.replicas");
}

}  // namespace toolhive
