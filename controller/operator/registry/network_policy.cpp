#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/authentication.hpp"
#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/egress.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/upstreams.hpp"
#include "controller/operator/registry/url_port.hpp"

namespace toolhive {

namespace {

Json namespaces(Json match_labels) {
  return {{"namespaceSelector", {{"matchLabels", match_labels}}}};
}

std::set<std::string> parent_namespaces(const RegistrySpec::Exposure& exposure) {
  std::set<std::string> names;
  for (const GatewayRef& ref : exposure.parent_refs)
    if (!ref.ns.empty()) names.insert(ref.ns);
  return names;
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
  using Type = RegistrySpec::Exposure::Type;
  const Type exposed = inputs.spec.exposure.type;
  // Most controllers run the proxies of a Gateway in its namespace.
  if (exposed == Type::HTTPRoute)
    for (const std::string& ns : parent_namespaces(inputs.spec.exposure))
      peers.push_back(namespaces({{kNamespaceNameLabel, ns}}));
  // Where OpenShift's router runs, on the pod network and on the host's.
  if (exposed != Type::None && exposed != Type::HTTPRoute) {
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

// Of replicas that share files, the one that writes is asked by the others.
Json egress_to_replicas(const RegistryInputs& inputs) {
  return {{"to", Json::array({{{"podSelector", {{"matchLabels", selector_labels(inputs.key.name)}}}}})},
          {"ports", Json::array({{{"protocol", "TCP"}, {"port", port_of(inputs).number}}})}};
}

}  // namespace

// Naming both policy types denies everything that no rule lets through.
Json network_policy(const RegistryInputs& inputs) {
  const Json ingress = {{"from", allowed_peers(inputs)},
                        {"ports", Json::array({{{"protocol", "TCP"}, {"port", port_of(inputs).number}}})}};
  Json egress = Json::array({egress_to_dns()});
  // Where the service is stands in a Secret, and it may be outside the cluster: any address.
  for (const Connection& connection : connections(inputs.spec))
    egress.push_back(egress_to_ports({static_cast<int>(connection.port)}));
  if (has_shared_files(inputs.spec)) egress.push_back(egress_to_replicas(inputs));
  if (inputs.restore && inputs.restore->place.destination.s3)
    egress.push_back(egress_to_ports({url_port(inputs.restore->place.destination.s3->endpoint)}));
  if (const std::vector<int> ports = authentication_ports(inputs); !ports.empty())
    egress.push_back(egress_to_ports(ports));
  if (const std::vector<int> ports = upstream_ports(inputs.spec); !ports.empty())
    egress.push_back(egress_to_ports(ports));
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"podSelector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"policyTypes", Json::array({"Ingress", "Egress"})},
            {"ingress", Json::array({ingress})},
            {"egress", std::move(egress)}}}};
}

}  // namespace toolhive
