// The operands of a Registry: each a pure function from inputs to what server-side apply should own, one file
// each. Nothing here reads the cluster, so each can be read and tested on its own.
#pragma once

#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

Json service_account(const RegistryInputs& inputs);
// The claim that the operator creates; only without existingClaim.
Json persistent_volume_claim(const RegistryInputs& inputs);
Json registry_config_map(const RegistryInputs& inputs);
Json server_config_map(const RegistryInputs& inputs);
Json deployment(const RegistryInputs& inputs);
Json service(const RegistryInputs& inputs);
Json route(const RegistryInputs& inputs);
Json network_policy(const RegistryInputs& inputs);
Json pod_disruption_budget(const RegistryInputs& inputs);

// The merge patch that must go before deployment() is applied to a Deployment whose strategy was set to
// RollingUpdate by hand: its parameters are nobody's to remove by server-side apply, and Recreate is refused
// beside them. Nothing when there is nothing to repair.
std::optional<Json> strategy_repair(const Json& deployment);

// The container that the operator declares; others come from webhooks, or by hand.
inline constexpr const char* kContainerName = "registry";

// Where the ConfigMaps' files are in the pod.
inline constexpr const char* kConfigFolder = "/etc/mcp-registry/config";
inline constexpr const char* kConfigFile = "registry.json";
inline constexpr const char* kServerFolder = "/etc/mcp-registry/server";
inline constexpr const char* kServerFile = "server.json";
inline constexpr const char* kDataFolder = "/data/registry";

// Changes when the content of a ConfigMap does: the registry reads them at its start only.
std::string config_checksum(const RegistryInputs& inputs);

}  // namespace toolhive
