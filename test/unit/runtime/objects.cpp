#include "test/unit/runtime/objects.hpp"

#include <stdexcept>

namespace toolhive::runtime_test {

using kube::Object;
using kube::ResourceType;

const ResourceType kConfigMap{"", "v1", "ConfigMap", "configmaps", kube::Scope::Namespaced};
const ResourceType kSecret{"", "v1", "Secret", "secrets", kube::Scope::Namespaced};
const ResourceType kLease{"coordination.k8s.io", "v1", "Lease", "leases", kube::Scope::Namespaced};
const ResourceType kEvent{"events.k8s.io", "v1", "Event", "events", kube::Scope::Namespaced};
const ResourceType kWidget{"example.dev", "v1", "Widget", "widgets", kube::Scope::Namespaced};

namespace {

Json document(const ResourceType& type, const std::string& ns, const std::string& name) {
  return {{"apiVersion", type.api_version()},
          {"kind", type.kind},
          {"metadata", {{"namespace", ns}, {"name", name}}}};
}

}  // namespace

Json widget(const std::string& ns, const std::string& name, const Json& spec) {
  Json result = document(kWidget, ns, name);
  result["spec"] = spec;
  return result;
}

Json config_map(const std::string& ns, const std::string& name, const Json& data) {
  Json result = document(kConfigMap, ns, name);
  result["data"] = data;
  return result;
}

Object object(const Json& document) {
  auto parsed = Object::from(document);
  if (!parsed.ok()) throw std::runtime_error(parsed.status().to_string());
  return *parsed;
}

}  // namespace toolhive::runtime_test
