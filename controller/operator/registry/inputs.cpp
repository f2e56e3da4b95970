#include "controller/operator/registry/inputs.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

bool is_to_run(const RegistryInputs& inputs) {
  return !inputs.hibernated && inputs.spec.replicas > 0;
}

std::string audience_of(const RegistryInputs& inputs) {
  return inputs.spec.auth.is_on() ? registry_audience(inputs.key, inputs.uid) : std::string();
}

std::string pvc_name(const RegistryInputs& inputs) {
  const std::string& existing = inputs.spec.storage.existing_claim;
  return existing.empty() ? inputs.key.name + "-data" : existing;
}

std::string claim_size(const RegistryInputs& inputs) {
  const std::string& said = inputs.spec.storage.size;
  return said.empty() ? "10Gi" : said;
}
std::string config_map_name(const kube::Key& registry) {
  return registry.name + "-config";
}
std::string server_config_map_name(const kube::Key& registry) {
  return registry.name + "-server";
}

std::string dashboard_name(const kube::Key& registry) {
  return registry.name + "-dashboard";
}

std::string authority_config_map_name(const kube::Key& registry) {
  return registry.name + "-ca";
}

Json operand_metadata(const RegistryInputs& inputs, const std::string& name) {
  return {{"name", name}, {"namespace", inputs.key.ns}, {"labels", operand_labels(inputs.key.name)}};
}

}  // namespace toolhive
