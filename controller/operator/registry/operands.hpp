// The operands of a Registry: a list of rows, from which follows what is watched, tried by a dry
// run, written and removed. What an operand should be is a pure function, one file each; nothing
// here reads the cluster.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// What a cluster may have or lack, as far as operands depend on it.
struct Cluster {
  kube::Offered routes = kube::Offered::Unknown;
};

// What is to become of an operand.
enum class Presence { Applied, Removed, Untouched };

// What suffers when an operand cannot be brought to its state: the condition that tells of it.
enum class Concern { Registry, Storage, Exposure };

// One row.
struct Operand {
  const kube::ResourceType& (*type)();
  std::string (*name)(const RegistryInputs&);
  // What server-side apply should own of it.
  Json (*intent)(const RegistryInputs&);
  Presence (*presence)(const RegistryInputs&, const Cluster&);
  bool owned = true;      // goes with its Registry, by an owner reference
  bool optional = false;  // not every cluster has its type
  bool dry_run = false;   // a newer spec is tried on it before anything is written
  // Operands of this type must have been applied in the same pass; nullptr: none.
  const kube::ResourceType& (*after)() = nullptr;
  // How one that can only be made anew goes, see Applier::Options.
  const char* replace = "Background";
  Concern concern = Concern::Registry;
};

// In the order in which they are written: what the pod needs comes before the pod.
std::span<const Operand> operands();

// An operand as the API server has it.
struct LiveOperand {
  const Operand* operand;
  kube::Object object;
};
using LiveOperands = std::vector<LiveOperand>;
// The first of a type, or nullptr.
const kube::Object* find(const LiveOperands& live, const kube::ResourceType& type);

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

// The merge patch that must go before deployment() is applied to a Deployment whose strategy was
// set to RollingUpdate by hand: its parameters are nobody's to remove by server-side apply, and
// Recreate is refused beside them. Nothing when there is nothing to repair.
std::optional<Json> strategy_repair(const Json& deployment);

// The container that the operator declares; others come from webhooks, or by hand.
inline constexpr const char* kContainerName = "registry";

// The volume with the registry's data.
inline constexpr const char* kDataVolume = "data";

// Where the ConfigMaps' files are in the pod.
inline constexpr const char* kConfigFolder = "/etc/mcp-registry/config";
inline constexpr const char* kConfigFile = "registry.json";
inline constexpr const char* kServerFolder = "/etc/mcp-registry/server";
inline constexpr const char* kServerFile = "server.json";
inline constexpr const char* kDataFolder = "/data/registry";

// Changes when the content of a ConfigMap does: the registry reads them at its start only.
std::string config_checksum(const RegistryInputs& inputs);

}  // namespace toolhive
