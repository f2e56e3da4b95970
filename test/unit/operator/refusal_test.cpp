// What the API server says against an operand, in terms of the Registry.
#include "controller/operator/registry/refusal.hpp"

#include <doctest/doctest.h>

#include "controller/operator/types.hpp"

using namespace toolhive;

TEST_CASE("a refusal begins with the field of the Registry that it is about") {
  const auto of_deployment = [](const std::string& what) {
    return refusal_text(deployment_type(),
                        "apply deployments.apps mcp/r: Deployment.apps \"r\" is invalid: " + what);
  };
  const std::string pod = "spec.template.spec.";
  CHECK(of_deployment(pod + "nodeSelector: Invalid value") == "spec.podTemplate.nodeSelector: Invalid value");
  CHECK(of_deployment(pod + "affinity.nodeAffinity: Required") ==
        "spec.podTemplate.affinity.nodeAffinity: Required");
  CHECK(of_deployment(pod + "containers[0].image: Required") == "spec.image: Required");
  CHECK(of_deployment(pod + "containers[0].imagePullPolicy: Unsupported") ==
        "spec.imagePullPolicy: Unsupported");
  CHECK(of_deployment(pod + "containers[0].resources.limits[a]: Invalid") ==
        "spec.resources.limits[a]: Invalid");
  CHECK(of_deployment("spec.template.labels: Invalid") == "spec.podTemplate.metadata.labels: Invalid");
  CHECK(refusal_text(network_policy_type(),
                     "NetworkPolicy \"r\" is invalid: "
                     "spec.ingress[0].from[1].namespaceSelector.matchLabels: Invalid") ==
        "spec.allowedNamespaces.selector.matchLabels: Invalid");
}

TEST_CASE("each of several fields of a refusal is the Registry's own") {
  CHECK(refusal_text(deployment_type(),
                     "Deployment.apps \"r\" is invalid: [spec.template.spec.nodeSelector: Invalid, "
                     "spec.template.spec.tolerations[0].key: Invalid]") ==
        "spec.podTemplate.nodeSelector: Invalid, spec.podTemplate.tolerations[0].key: Invalid");
}

TEST_CASE("a refusal without a field that the Registry has keeps its words") {
  CHECK(refusal_text(service_type(), "spec.template.spec: no") == "Service: spec.template.spec: no");
  CHECK(refusal_text(deployment_type(), "the webhook says no") == "Deployment: the webhook says no");
}
