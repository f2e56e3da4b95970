#include "controller/operator/registry_access.hpp"

#include "controller/operator/registry/inputs.hpp"

namespace toolhive {

RegistryAccess::RegistryAccess(std::shared_ptr<kube::Transport> api) : api_(std::move(api)) {}

StatusOr<std::shared_ptr<RegistryApi>> RegistryAccess::open(const kube::Key& registry) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<RegistryApi>& client = clients_[registry];
  if (client) return client;
  if (api_) {
    client = std::make_shared<RegistryClient>(api_, "/api/v1/namespaces/" + registry.ns +
                                                        "/services/http:" + registry.name + ":" +
                                                        std::to_string(kServicePort) + "/proxy");
    return client;
  }
  // No credentials: the registry must not be able to act as the operator.
  kube::Config config;
  config.server = internal_url(registry);
  config.origin = "the Service of Registry " + registry.to_string();
  auto transport = kube::make_transport(config);
  if (!transport.ok()) return transport.status();
  client = std::make_shared<RegistryClient>(std::shared_ptr<kube::Transport>(std::move(*transport)), "");
  return client;
}

void RegistryAccess::forget(const kube::Key& registry) {
  std::lock_guard lock(mutex_);
  clients_.erase(registry);
}

}  // namespace toolhive
