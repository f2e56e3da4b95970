#include "controller/operator/registry/egress.hpp"

#include <nlohmann/json.hpp>
#include <utility>

namespace toolhive {

namespace {

Json egress_port(const char* protocol, int number) {
  return {{"protocol", protocol}, {"port", number}};
}

}  // namespace

// Its pods listen on 5353 on OpenShift, and policies see the pod's port.
Json egress_to_dns() {
  return {{"to", Json::array({{{"namespaceSelector", Json::object()}}})},
          {"ports", Json::array({egress_port("UDP", 53), egress_port("TCP", 53), egress_port("UDP", 5353),
                                 egress_port("TCP", 5353)})}};
}

Json egress_to_ports(const std::vector<int>& ports) {
  Json list = Json::array();
  for (const int number : ports) list.push_back(egress_port("TCP", number));
  return {{"ports", std::move(list)}};
}

}  // namespace toolhive
