#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"

namespace toolhive {

namespace {

// Of the registry's own TLS the router knows whom to trust by itself where OpenShift's service CA
// signed it.
Json termination(const RegistryInputs& inputs) {
  Json tls = {{"termination", inputs.spec.tls ? "reencrypt" : "edge"},
              {"insecureEdgeTerminationPolicy", "Redirect"}};
  if (!inputs.authorities.empty()) tls["destinationCACertificate"] = inputs.authorities;
  return tls;
}

}  // namespace

// TLS ends at the router; plain HTTP is redirected. Without a host in the spec the field stays
// unowned: the router's answer must not look like a change made by hand.
Json route(const RegistryInputs& inputs) {
  Json metadata = operand_metadata(inputs, inputs.key.name);
  if (!inputs.spec.exposure.annotations.empty()) metadata["annotations"] = inputs.spec.exposure.annotations;
  Json spec = {{"to", {{"kind", "Service"}, {"name", inputs.key.name}, {"weight", 100}}},
               {"port", {{"targetPort", port_of(inputs).name}}},
               {"tls", termination(inputs)},
               {"wildcardPolicy", "None"}};
  if (!inputs.spec.exposure.host.empty()) spec["host"] = inputs.spec.exposure.host;
  return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace toolhive
