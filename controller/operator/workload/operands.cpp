#include "controller/operator/workload/operands.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

Presence always(const WorkloadInputs&, const Cluster&) {
  return Presence::Applied;
}
Presence if_policy(const WorkloadInputs& inputs, const Cluster&) {
  return inputs.spec.network_policy ? Presence::Applied : Presence::Removed;
}

const WorkloadOperand kOperands[] = {
    {.type = service_account_type,
     .name = workload_name,
     .intent = workload_service_account,
     .presence = always},
    {.type = network_policy_type,
     .name = workload_name,
     .intent = workload_network_policy,
     .presence = if_policy},
    {.type = service_type, .name = workload_name, .intent = workload_service, .presence = always},
    {.type = deployment_type,
     .name = workload_name,
     .intent = workload_deployment,
     .presence = always,
     .replace = "Foreground"},
};

}  // namespace

std::span<const WorkloadOperand> workload_operands() {
  return kOperands;
}

Json workload_service(const WorkloadInputs& inputs) {
  return {{"metadata", workload_metadata(inputs)},
          {"spec",
           {{"type", "ClusterIP"},
            {"selector", server_selector_labels(inputs.key.name)},
            {"ports", Json::array({{{"name", "mcp"},
                                    {"port", inputs.spec.port},
                                    {"protocol", "TCP"},
                                    {"targetPort", "mcp"},
                                    {"appProtocol", "http"}}})}}}};
}

// An identity without rights: a server that needs some is bound to a Role by whoever runs it.
Json workload_service_account(const WorkloadInputs& inputs) {
  return {{"metadata", workload_metadata(inputs)}, {"automountServiceAccountToken", false}};
}

// Who may connect; what the server itself connects to is its own business.
Json workload_network_policy(const WorkloadInputs& inputs) {
  Json peers = inputs.spec.clients ? *inputs.spec.clients : Json::array();
  if (!inputs.operator_namespace.empty())
    peers.push_back(
        {{"namespaceSelector", {{"matchLabels", {{kNamespaceNameLabel, inputs.operator_namespace}}}}},
         {"podSelector", {{"matchLabels", {{kNameLabel, kOperatorName}}}}}});
  Json spec = {{"podSelector", {{"matchLabels", server_selector_labels(inputs.key.name)}}},
               {"policyTypes", Json::array({"Ingress"})}};
  // A rule without peers would let in everybody. An empty list is not stored: applied again it
  // would look like a change to the API server.
  if (!peers.empty())
    spec["ingress"] =
        Json::array({{{"from", std::move(peers)},
                      {"ports", Json::array({{{"protocol", "TCP"}, {"port", inputs.spec.port}}})}}});
  return {{"metadata", workload_metadata(inputs)}, {"spec", std::move(spec)}};
}

std::string workload_refusal(const kube::ResourceType& type, const std::string& message) {
  return "spec.server.workload: the API server refuses the " + type.kind + ": " + message;
}

}  // namespace toolhive
