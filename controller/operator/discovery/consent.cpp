#include "controller/operator/discovery/consent.hpp"

#include "controller/operator/labels.hpp"
#include "controller/operator/mcptool/permission.hpp"

namespace toolhive {

namespace {

bool agrees(const kube::Object& ns, const kube::Key& registry) {
  const auto label = ns.meta().labels.get(kDiscoveryLabel);
  return label && (*label == "enabled" || *label == registry.ns + "." + registry.name);
}

}  // namespace

bool looks_elsewhere(const RegistrySpec& spec) {
  using From = RegistrySpec::AllowedNamespaces::From;
  return spec.discovery && spec.discovery->namespaces.from != From::Same;
}

bool takes_part(const RegistrySpec& spec, const kube::Key& registry, const kube::Object& ns) {
  const auto selects = [&](const RegistrySpec::AllowedNamespaces& allowed) {
    return is_allowed(allowed, registry.ns, ns.meta().name, ns.meta().labels);
  };
  return spec.discovery && selects(spec.discovery->namespaces) && selects(spec.allowed_namespaces) &&
         agrees(ns, registry);
}

}  // namespace toolhive
