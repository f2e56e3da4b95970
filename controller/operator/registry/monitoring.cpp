#include "controller/operator/registry/monitoring.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

Json monitoring_metadata(const RegistryInputs& inputs, const std::string& name) {
  Json metadata = operand_metadata(inputs, name);
  for (const auto& [key, value] : inputs.spec.monitoring.labels)
    metadata["labels"].emplace(key, value);  // the operator's own stay
  return metadata;
}

std::string promql(std::string_view text, const RegistryInputs& inputs) {
  const std::string own = "namespace=\"" + inputs.key.ns + "\",service=\"" + inputs.key.name + "\"";
  const std::string operators =
      "registry_namespace=\"" + inputs.key.ns + "\",registry=\"" + inputs.key.name + "\"";
  std::string expression;
  for (const char c : text) {
    if (c == '@') {
      expression += own;
    } else if (c == '#') {
      expression += operators;
    } else {
      expression += c;
    }
  }
  return expression;
}

ConditionValue observe_monitoring(const RegistryInputs& inputs, const Cluster& cluster,
                                  const ConditionValue* failed) {
  if (!is_to_run(inputs)) return ConditionValue::no("NotRequested", "no pod is to run that could be watched");
  if (!inputs.spec.monitoring.enabled)
    return ConditionValue::no("NotRequested", "spec.monitoring.enabled is false");
  if (failed) return *failed;
  if (cluster.service_monitors == kube::Offered::No && cluster.prometheus_rules == kube::Offered::No)
    return ConditionValue::no("MonitoringAPIMissing",
                              "the cluster has no ServiceMonitor and no PrometheusRule; once it has, they "
                              "are made, and until then nothing is wrong");
  if (cluster.service_monitors != kube::Offered::Yes || cluster.prometheus_rules != kube::Offered::Yes)
    return ConditionValue::unknown("MonitoringAPIUnknown",
                                   "the API server offers ServiceMonitor or PrometheusRule only in part, or "
                                   "does not say; what it offers is made");
  return ConditionValue::yes("Applied", "ServiceMonitor, PrometheusRule and dashboard are as declared");
}

}  // namespace toolhive
