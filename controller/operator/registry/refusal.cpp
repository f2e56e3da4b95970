#include "controller/operator/registry/refusal.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

// Where what a field of the Registry says stands in an operand.
struct FieldPlace {
  const kube::ResourceType& (*type)();
  std::string_view operand;
  std::string_view registry;
};

// Of two that begin alike the longer comes first.
constexpr std::array kFieldPlaces = {
    FieldPlace{deployment_type, "spec.template.spec.containers[0].imagePullPolicy", "spec.imagePullPolicy"},
    FieldPlace{deployment_type, "spec.template.spec.containers[0].image", "spec.image"},
    FieldPlace{deployment_type, "spec.template.spec.containers[0].resources", "spec.resources"},
    FieldPlace{deployment_type, "spec.template.spec.containers[name=\"registry\"].resources",
               "spec.resources"},
    FieldPlace{deployment_type, "spec.template.spec.imagePullSecrets", "spec.imagePullSecrets"},
    FieldPlace{deployment_type, "spec.template.spec.volumes[0].persistentVolumeClaim.claimName",
               "spec.storage.existingClaim"},
    FieldPlace{deployment_type, "spec.template.spec", "spec.podTemplate"},
    FieldPlace{deployment_type, "spec.template.metadata", "spec.podTemplate.metadata"},
    FieldPlace{deployment_type, "spec.template.labels", "spec.podTemplate.metadata.labels"},
    FieldPlace{deployment_type, "spec.template.annotations", "spec.podTemplate.metadata.annotations"},
    FieldPlace{network_policy_type, "spec.ingress[0].from[1].namespaceSelector",
               "spec.allowedNamespaces.selector"},
    FieldPlace{pvc_type, "spec.resources.requests.storage", "spec.storage.size"},
    FieldPlace{pvc_type, "spec.resources[storage]", "spec.storage.size"},
    FieldPlace{pvc_type, "spec.storageClassName", "spec.storage.storageClassName"},
    FieldPlace{pvc_type, "spec.accessModes", "spec.storage.accessModes"},
};

// Puts the Registry's fields in the place of the operand's, and answers where the first one stands.
std::size_t translate(const kube::ResourceType& type, std::string& text) {
  std::size_t first = std::string::npos;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto found = std::find_if(kFieldPlaces.begin(), kFieldPlaces.end(), [&](const FieldPlace& place) {
      return place.type() == type && text.compare(at, place.operand.size(), place.operand) == 0;
    });
    if (found == kFieldPlaces.end()) continue;
    text.replace(at, found->operand.size(), found->registry);
    first = std::min(first, at);
    at += found->registry.size() - 1;
  }
  return first;
}

}  // namespace

std::string refusal_text(const kube::ResourceType& type, const std::string& message) {
  std::string text = message;
  const std::size_t first = translate(type, text);
  if (first == std::string::npos) return type.kind + ": " + message;
  // Of several there is a list in brackets.
  if (first > 0 && text[first - 1] == '[' && text.back() == ']') text.pop_back();
  return text.substr(first);
}

}  // namespace toolhive
