#include "controller/operator/backup/network_policy.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/egress.hpp"
#include "controller/operator/registry/url_port.hpp"

namespace toolhive {

namespace {

std::vector<int> ports_of_place(const BackupInputs& inputs) {
  const auto& s3 = inputs.spec.destination.s3;
  return s3 ? std::vector<int>{url_port(s3->endpoint)} : std::vector<int>();
}

// Naming both policy types denies everything that no rule lets through. An empty list of rules is
// not stored: applied again it would look like a change to the API server.
Json pod_policy(const BackupInputs& inputs, const std::string& name, const std::vector<int>& ports) {
  Json spec = {{"podSelector",
                {{"matchLabels", {{kNameLabel, kBackupApplication}, {kInstanceLabel, inputs.key.name}}}}},
               {"policyTypes", Json::array({"Ingress", "Egress"})}};
  if (!ports.empty()) spec["egress"] = Json::array({egress_to_dns(), egress_to_ports(ports)});
  return {{"metadata",
           {{"name", name}, {"namespace", inputs.key.ns}, {"labels", backup_labels(inputs.key.name)}}},
          {"spec", std::move(spec)}};
}

}  // namespace

bool has_network_policy(const BackupInputs& inputs) {
  return !inputs.registry || inputs.registry->spec.network_policy;
}

Json backup_network_policy(const BackupInputs& inputs) {
  std::vector<int> ports = ports_of_place(inputs);
  const RegistrySpec::Storage& storage = inputs.registry->spec.storage;
  if (!storage.is_files() && storage.postgresql) ports.push_back(static_cast<int>(storage.postgresql->port));
  return pod_policy(inputs, backup_job_name(inputs), ports);
}

Json delete_network_policy(const BackupInputs& inputs) {
  return pod_policy(inputs, delete_job_name(inputs), ports_of_place(inputs));
}

}  // namespace toolhive
