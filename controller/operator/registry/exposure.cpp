#include "controller/operator/registry/exposure.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"

namespace toolhive {

namespace {

// The router's verdict is in status.ingress[]: a Route can be offered to several routers, and one
// is enough.
ConditionValue admission(const Json& route, std::string& url) {
  const Json::json_pointer at("/status/ingress");
  ConditionValue answer = ConditionValue::no("RoutePending", "no router has admitted the Route yet");
  if (!route.contains(at) || !route.at(at).is_array()) return answer;
  for (const Json& ingress : route.at(at)) {
    const Json conditions = ingress.value("conditions", Json::array());
    for (const Json& condition : conditions) {
      if (string_member(condition, "type") != "Admitted") continue;
      const std::string host = string_member(ingress, "host");
      if (string_member(condition, "status") == "True" && !host.empty()) {
        url = "https://" + host;
        return ConditionValue::yes("RouteAdmitted", "the Route is admitted as " + host);
      }
      answer = ConditionValue::no(
          "RouteRefused", "the router refuses the Route: " + string_member(condition, "reason") + ": " +
                              string_member(condition, "message"));
    }
  }
  return answer;
}

}  // namespace

// A controller that serves an Ingress says where; some never do, so that a registry is ready
// without.
ExposureState observe_ingress(const RegistrySpec::Exposure& spec, const Json* ingress) {
  const Json* const addresses = ingress ? value_at(*ingress, "/status/loadBalancer/ingress") : nullptr;
  ExposureState state;
  if (!addresses || !addresses->is_array() || addresses->empty()) {
    state.exposed = ConditionValue::no(
        "IngressPending",
        std::string("no controller has said that it serves the Ingress") +
            (spec.ingress_class_name.empty()
                 ? "; where the cluster has no default IngressClass, name one in "
                   "spec.exposure.ingressClassName"
                 : "; look whether the IngressClass " + spec.ingress_class_name + " exists"));
    return state;
  }
  state.url = (spec.tls_secret_name.empty() ? "http://" : "https://") + spec.host;
  state.exposed = ConditionValue::yes("IngressServed", "a controller serves the Ingress for " + spec.host);
  return state;
}

ExposureState observe_exposure(const RegistrySpec::Exposure& spec, kube::Offered routes, const Json* route) {
  using Type = RegistrySpec::Exposure::Type;
  ExposureState state;
  state.required = spec.type == Type::Route;
  if (spec.type == Type::None) {
    state.exposed = ConditionValue::no("NotRequested", "spec.exposure.type is None");
  } else if (routes == kube::Offered::Unknown) {
    state.exposed =
        ConditionValue::unknown("RouteAPIUnknown", "the API server has not said whether it offers Routes");
  } else if (routes == kube::Offered::No) {
    state.exposed = ConditionValue::no(
        "RouteAPIMissing", std::string("this cluster does not offer Routes") +
                               (state.required ? "; set spec.exposure.type to Auto or None" : ""));
  } else if (!route) {
    state.exposed = ConditionValue::no("RoutePending", "the Route does not exist yet");
  } else {
    state.exposed = admission(*route, state.url);
  }
  return state;
}

}  // namespace toolhive
