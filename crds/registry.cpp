#include "crds/registry.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

namespace {

using Spec = RegistrySpec;

// One of a few words; fails with all of them when the field holds another.
template <class Enum>
void read_enum(const kube::FieldReader& fields, const char* name,
               std::initializer_list<std::pair<const char*, Enum>> words, Enum& member) {
  if (!fields.has(name)) return;
  std::string text;
  fields.read(name, text);
  std::string known;
  for (const auto& [word, value] : words) {
    if (text == word) {
      member = value;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  fields.fail(fields.path_of(name), "must be one of " + known);
}

Spec::Storage read_storage(const kube::FieldReader& fields) {
  Spec::Storage storage;
  fields.read_quantity("size", storage.size);
  fields.read("storageClassName", storage.storage_class_name);
  fields.read("accessModes", storage.access_modes);
  fields.read("existingClaim", storage.existing_claim);
  fields.read("retain", storage.retain);
  return storage;
}

// What is passed on unread, but for its being an object.
void read_opaque(const kube::FieldReader& fields, const char* name, JsonPtr& member) {
  fields.object(name);
  fields.read(name, member);
}

Spec::Exposure read_exposure(const kube::FieldReader& fields) {
  using Type = Spec::Exposure::Type;
  Spec::Exposure exposure;
  read_enum<Type>(fields, "type", {{"Auto", Type::Auto}, {"Route", Type::Route}, {"None", Type::None}},
                  exposure.type);
  fields.read("host", exposure.host);
  fields.read("annotations", exposure.annotations);
  return exposure;
}

Spec::AllowedNamespaces read_allowed_namespaces(const kube::FieldReader& fields) {
  using From = Spec::AllowedNamespaces::From;
  Spec::AllowedNamespaces allowed;
  read_enum<From>(fields, "from", {{"Same", From::Same}, {"All", From::All}, {"Selector", From::Selector}},
                  allowed.from);
  allowed.selector = kube::LabelSelector::read(fields.object("selector"));
  return allowed;
}

Spec::PodTemplate read_pod_template(const kube::FieldReader& fields) {
  Spec::PodTemplate pod;
  const kube::FieldReader metadata = fields.object("metadata");
  metadata.read("labels", pod.labels);
  metadata.read("annotations", pod.annotations);
  fields.read("nodeSelector", pod.node_selector);
  fields.read("tolerations", pod.tolerations);
  fields.read("affinity", pod.affinity);
  fields.read("topologySpreadConstraints", pod.topology_spread_constraints);
  fields.read("priorityClassName", pod.priority_class_name);
  return pod;
}

Spec read_spec(const kube::FieldReader& fields) {
  Spec spec;
  fields.read("image", spec.image);
  fields.read("imagePullPolicy", spec.image_pull_policy);
  for (const kube::FieldReader& secret : fields.objects("imagePullSecrets")) {
    secret.require("name");
    secret.read("name", spec.image_pull_secrets.emplace_back());
  }
  fields.read("replicas", spec.replicas);
  spec.storage = read_storage(fields.object("storage"));
  read_opaque(fields, "config", spec.config);
  read_opaque(fields, "server", spec.server);
  spec.exposure = read_exposure(fields.object("exposure"));
  fields.object("networkPolicy").read("enabled", spec.network_policy);
  fields.object("availability").object("disruptionBudget").read("enabled", spec.disruption_budget);
  spec.allowed_namespaces = read_allowed_namespaces(fields.object("allowedNamespaces"));
  if (fields.has("resources")) {
    const kube::FieldReader resources = fields.object("resources");
    spec.resources.emplace();
    resources.read_quantities("requests", spec.resources->requests);
    resources.read_quantities("limits", spec.resources->limits);
  }
  spec.pod_template = read_pod_template(fields.object("podTemplate"));
  return spec;
}

}  // namespace

StatusOr<Registry> Registry::from_json(const Json& document) {
  Status error;
  const kube::FieldReader root = kube::FieldReader::root(document, error);
  Registry registry;
  registry.spec = read_spec(root.object("spec"));
  if (!error.ok()) return error;
  return registry;
}

const kube::ResourceType& registry_type() {
  static const kube::ResourceType type{"mcpregistry.dev", "v1alpha1", "Registry", "registries",
                                       kube::Scope::Namespaced};
  return type;
}

}  // namespace toolhive
