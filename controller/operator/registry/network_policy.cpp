#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

namespace {

Json namespaces(Json match_labels) {
  return {{"namespaceSelector", {{"matchLabels", match_labels}}}};
}

Json allowed_peers(const RegistryInputs& inputs) {
  using From = RegistrySpec::AllowedNamespaces::From;
  Json peers = Json::array({{{"podSelector", Json::object()}}});  // its own namespace
  switch (inputs.spec.allowed_namespaces.from) {
    case From::Same:
      break;
    case From::All:
      peers.push_back({{"namespaceSelector", Json::object()}});
      break;
    case From::Selector:
      peers.push_back({{"namespaceSelector", inputs.spec.allowed_namespaces.selector.to_json()}});
      break;
  }
  if (!inputs.operator_namespace.empty()) {
    Json peer = namespaces({{kNamespaceNameLabel, inputs.operator_namespace}});
    peer["podSelector"]["matchLabels"][kNameLabel] = kOperatorName;
    peers.push_back(std::move(peer));
  }
  // Where OpenShift's router runs, on the pod network and on the host's.
  if (inputs.spec.exposure.type != RegistrySpec::Exposure::Type::None) {
    peers.push_back(namespaces({{"policy-group.network.openshift.io/ingress", ""}}));
    peers.push_back(namespaces({{"network.openshift.io/policy-group", "ingress"}}));
  }
  // Where Prometheus runs, on OpenShift and where the usual charts put it.
  peers.push_back(namespaces({{"network.openshift.io/policy-group", "monitoring"}}));
  peers.push_back(namespaces({{kNamespaceNameLabel, "monitoring"}}));
  return peers;
}

Json port(const char* protocol, int number) {
  return {{"protocol", protocol}, {"port", number}};
}

}  // namespace

// Naming both policy types denies everything that no rule lets through.
Json network_policy(const RegistryInputs& inputs) {
  const Json ingress = {{"from", allowed_peers(inputs)}, {"ports", Json::array({port("TCP", kServicePort)})}};
  // Cluster DNS; its pods listen on 5353 on OpenShift, and policies see the pod's port.
  const Json egress = {
      {"to", Json::array({{{"namespaceSelector", Json::object()}}})},
      {"ports", Json::array({port("UDP", 53), port("TCP", 53), port("UDP", 5353), port("TCP", 5353)})}};
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"podSelector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"policyTypes", Json::array({"Ingress", "Egress"})},
            {"ingress", Json::array({ingress})},
            {"egress", Json::array({egress})}}}};
}

}  // namespace toolhive
