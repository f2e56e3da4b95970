// The operands of a Registry, row by row. What an operand should be is a pure function, one file
// each; nothing here reads the cluster.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/operator/operand/rollout.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

using Operand = OperandRow<RegistryInputs>;

// In the order in which they are written: what the pod needs comes before the pod.
std::span<const Operand> operands();

Json service_account(const RegistryInputs& inputs);
// The claim that the operator creates; only without existingClaim.
Json persistent_volume_claim(const RegistryInputs& inputs);
Json registry_config_map(const RegistryInputs& inputs);
Json server_config_map(const RegistryInputs& inputs);
Json deployment(const RegistryInputs& inputs);
Json service(const RegistryInputs& inputs);
Json route(const RegistryInputs& inputs);
// Only with spec.exposure.host.
Json ingress(const RegistryInputs& inputs);
// Of the Gateway API; only with spec.exposure.parentRefs. Valid in v1 and v1beta1.
Json http_route(const RegistryInputs& inputs);
Json network_policy(const RegistryInputs& inputs);
Json pod_disruption_budget(const RegistryInputs& inputs);
// Only with spec.availability.autoscaling.
Json horizontal_pod_autoscaler(const RegistryInputs& inputs);
// For the Prometheus Operator, and for Grafana beside it.
Json service_monitor(const RegistryInputs& inputs);
Json prometheus_rule(const RegistryInputs& inputs);
Json dashboard_config_map(const RegistryInputs& inputs);

// The merge patch that must go before deployment() is applied to a Deployment whose strategy was
// set to RollingUpdate by hand: its parameters are nobody's to remove by server-side apply, and
// Recreate is refused beside them. Nothing when there is nothing to repair.
std::optional<Json> strategy_repair(const Json& deployment);

// The container that the operator declares.
inline constexpr const char* kContainerName = "registry";
inline constexpr RolloutTerms kRegistryTerms{
    .container = kContainerName, .fields = "spec", .readiness = "GET /ready and its log say why"};

// The volume with the registry's data.
inline constexpr const char* kDataVolume = "data";

// Where the ConfigMaps' files are in the pod.
inline constexpr const char* kConfigFolder = "/etc/mcp-registry/config";
inline constexpr const char* kConfigFile = "registry.json";
inline constexpr const char* kOperatorKeysFile = "operator-keys.json";  // beside it
inline constexpr const char* kServerFolder = "/etc/mcp-registry/server";
inline constexpr const char* kServerFile = "server.json";
inline constexpr const char* kOperatorCertificatesFile = "operator-certificates.crt";  // beside it
inline constexpr const char* kDataFolder = "/data/registry";

// Changes when the content of a ConfigMap does, as far as the registry reads that at its start
// only.
std::string config_checksum(const RegistryInputs& inputs);

}  // namespace toolhive
