#include "controller/operator/registry_address.hpp"

namespace toolhive {

std::string internal_host(const kube::Key& registry) {
  return registry.name + "." + registry.ns + ".svc";
}

std::string internal_url(const kube::Key& registry) {
  return "http://" + internal_host(registry) + ":" + std::to_string(kServicePort);
}

std::string registry_audience(const kube::Key& registry, std::string_view uid) {
  return registry.to_string() + "/" + std::string(uid);
}

}  // namespace toolhive
