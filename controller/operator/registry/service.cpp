#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/tls.hpp"

namespace toolhive {

namespace {

// OpenShift's service CA makes a certificate for the Service into this Secret.
constexpr const char* kServingCertSecret = "service.beta.openshift.io/serving-cert-secret-name";

Json service_metadata(const RegistryInputs& inputs) {
  Json metadata = operand_metadata(inputs, inputs.key.name);
  if (inputs.spec.tls && inputs.spec.tls->source == RegistryTls::Source::ServiceCA)
    metadata["annotations"][kServingCertSecret] = serving_secret(inputs);
  return metadata;
}

}  // namespace

Json service(const RegistryInputs& inputs) {
  const ServedPort& port = port_of(inputs);
  return {{"metadata", service_metadata(inputs)},
          {"spec",
           {{"type", "ClusterIP"},
            {"selector", selector_labels(inputs.key.name)},
            {"ports", Json::array({{{"name", port.name},
                                    {"port", port.number},
                                    {"protocol", "TCP"},
                                    {"targetPort", port.name},
                                    {"appProtocol", port.name}}})}}}};
}

}  // namespace toolhive
