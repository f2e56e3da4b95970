#include "controller/operator/registry_address.hpp"

namespace toolhive {

std::string internal_host(const kube::Key& registry) {
  return registry.name + "." + registry.ns + ".svc";
}

std::string internal_url(const kube::Key& registry) {
  return "http://" + internal_host(registry) + ":" + std::to_string(kServicePort);
}

}  // namespace toolhive
