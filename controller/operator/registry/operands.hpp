// The operands of a Registry: each a pure function from inputs to what server-side apply should own, one file
// each. Nothing here reads the cluster, so each can be read and tested on its own.
#pragma once

#include <optional>
#include <string>

#include "controller/kube/json.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

kube::Json service_account(const RegistryInputs& inputs);
// The claim that the operator creates; only without existingClaim.
kube::Json persistent_volume_claim(const RegistryInputs& inputs);
kube::Json registry_config_map(const RegistryInputs& inputs);
kube::Json server_config_map(const RegistryInputs& inputs);
kube::Json deployment(const RegistryInputs& inputs);
kube::Json service(const RegistryInputs& inputs);
kube::Json route(const RegistryInputs& inputs);
kube::Json network_policy(const RegistryInputs& inputs);
kube::Json pod_disruption_budget(const RegistryInputs& inputs);

// The merge patch that must go before deployment() is applied to a Deployment whose strategy was set to
// RollingUpdate by hand: its parameters are nobody's to remove by server-side apply, and Recreate is refused
// beside them. Nothing when there is nothing to repair.
std::optional<kube::Json> strategy_repair(const kube::Json& deployment);

// Where the ConfigMaps' files are in the pod.
inline constexpr const char* kConfigFolder = "/etc/mcp-registry/config";
inline constexpr const char* kConfigFile = "registry.json";
inline constexpr const char* kServerFolder = "/etc/mcp-registry/server";
inline constexpr const char* kServerFile = "server.json";
inline constexpr const char* kDataFolder = "/data/registry";

// Changes when the content of a ConfigMap does: the registry reads them at its start only.
std::string config_checksum(const RegistryInputs& inputs);

}  // namespace toolhive
