// How a registry is reached through an HTTPRoute of the Gateway API, as observed.
#pragma once

#include <vector>

#include "controller/base/context.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/operator/registry/exposure.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

// Whether HTTPRoutes can be made, in the one version or the other.
kube::Offered offers_http_routes(const Cluster& cluster);

// The Gateways among the parents of an HTTPRoute, as far as they exist and the operator may look at
// them. An error is what could not be read just now.
StatusOr<std::vector<kube::Object>> read_gateways(const Context& ctx, kube::Client& client,
                                                  const RegistryInputs& inputs, const Cluster& cluster);

// With type HTTPRoute. `route` null: there is none. A parent's verdict counts once it is about the
// HTTPRoute as it is; of several parents that take it, the first is told. Of `gateways` the URL has
// its scheme and port, and https where its Gateway is not among them.
ExposureState observe_http_route(const RegistrySpec::Exposure& spec, kube::Offered offered, const Json* route,
                                 const std::vector<kube::Object>& gateways);

}  // namespace toolhive
