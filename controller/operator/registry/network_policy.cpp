#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/authentication.hpp"
#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/url_port.hpp"
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
  if (inputs.spec.clients)
    for (const Json& peer : *inputs.spec.clients) peers.push_back(peer);
  // Where Prometheus runs, on OpenShift and where the usual charts put it.
  peers.push_back(namespaces({{"network.openshift.io/policy-group", "monitoring"}}));
  peers.push_back(namespaces({{kNamespaceNameLabel, "monitoring"}}));
  return peers;
}

Json port(const char* protocol, std::int64_t number) {
  return {{"protocol", protocol}, {"port", number}};
}

// A policy cannot name hosts.
Json to_anywhere(const std::vector<int>& ports) {
  Json list = Json::array();
  for (const int number : ports) list.push_back(port("TCP", number));
  return {{"ports", std::move(list)}};
}

}  // namespace

// Naming both policy types denies everything that no rule lets through.
Json network_policy(const RegistryInputs& inputs) {
  const Json ingress = {{"from", allowed_peers(inputs)}, {"ports", Json::array({port("TCP", kServicePort)})}};
  // Cluster DNS; its pods listen on 5353 on OpenShift, and policies see the pod's port.
  const Json dns = {
      {"to", Json::array({{{"namespaceSelector", Json::object()}}})},
      {"ports", Json::array({port("UDP", 53), port("TCP", 53), port("UDP", 5353), port("TCP", 5353)})}};
  Json egress = Json::array({dns});
  // Where the service is stands in a Secret, and it may be outside the cluster: any address.
  for (const Connection& connection : connections(inputs.spec))
    egress.push_back({{"ports", Json::array({port("TCP", connection.port)})}});
  if (inputs.restore && inputs.restore->place.destination.s3)
    egress.push_back(to_anywhere({url_port(inputs.restore->place.destination.s3->endpoint)}));
  if (const std::vector<int> ports = authentication_ports(inputs); !ports.empty())
    egress.push_back(to_anywhere(ports));
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"podSelector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"policyTypes", Json::array({"Ingress", "Egress"})},
            {"ingress", Json::array({ingress})},
            {"egress", std::move(egress)}}}};
}

}  // namespace toolhive
