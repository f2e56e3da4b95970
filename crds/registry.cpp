#include "crds/registry.hpp"

namespace toolhive {

StatusOr<Registry> Registry::from_text(std::string_view document) {
  Status error;
  const kube::FieldReader root = kube::FieldReader::root(document, error);
  Registry registry;
  root.read("spec", registry.spec);
  if (!error.ok()) return error;
  return registry;
}

const kube::ResourceType& registry_type() {
  static const kube::ResourceType type{"mcpregistry.dev", "v1alpha1", "Registry", "registries",
                                       kube::Scope::Namespaced};
  return type;
}

}  // namespace toolhive
