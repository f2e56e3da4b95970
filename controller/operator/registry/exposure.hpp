// How a registry is reached from outside, as observed.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/operator/condition_value.hpp"
#include "crds/registry.hpp"

namespace toolhive {

struct ExposureState {
  ConditionValue exposed;
  std::string url;        // of the admitted Route, Ingress or HTTPRoute; empty otherwise
  bool required = false;  // whether the registry is not ready without it
};

// `route` null: there is none.
ExposureState observe_exposure(const RegistrySpec::Exposure& spec, kube::Offered routes, const Json* route);
// With type Ingress. `ingress` null: there is none.
ExposureState observe_ingress(const RegistrySpec::Exposure& spec, const Json* ingress);

}  // namespace toolhive
