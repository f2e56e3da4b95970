#include <nlohmann/json.hpp>

#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"

namespace toolhive {

// For one host, all of it. Whether plain HTTP is redirected is the controller's to say, most do by
// default where there is TLS.
Json ingress(const RegistryInputs& inputs) {
  const RegistrySpec::Exposure& exposure = inputs.spec.exposure;
  Json metadata = operand_metadata(inputs, inputs.key.name);
  if (!exposure.annotations.empty()) metadata["annotations"] = exposure.annotations;
  const Json path = {
      {"path", "/"},
      {"pathType", "Prefix"},
      {"backend", {{"service", {{"name", inputs.key.name}, {"port", {{"name", port_of(inputs).name}}}}}}}};
  Json spec = {
      {"rules", Json::array({{{"host", exposure.host}, {"http", {{"paths", Json::array({path})}}}}})}};
  if (!exposure.ingress_class_name.empty()) spec["ingressClassName"] = exposure.ingress_class_name;
  if (!exposure.tls_secret_name.empty())
    spec["tls"] =
        Json::array({{{"hosts", Json::array({exposure.host})}, {"secretName", exposure.tls_secret_name}}});
  return {{"metadata", std::move(metadata)}, {"spec", std::move(spec)}};
}

}  // namespace toolhive
