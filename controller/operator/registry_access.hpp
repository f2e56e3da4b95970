// RegistryAccess: the way from the operator to the registries it manages.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/kube/transport/transport.hpp"
#include "controller/operator/registry_circuit.hpp"
#include "controller/operator/registry_client.hpp"

namespace toolhive {

// Thread-safe. In a pod it asks the Service; elsewhere it goes through the API server's proxy of
// the Service, which needs the right to services/proxy. A registry that does not answer costs no
// more of the operator than RegistryCircuit admits: calls may be refused by it, those about tools
// apart from reports.
class RegistryAccess {
 public:
  // `api` null: the operator runs in the cluster and reaches Services by name.
  explicit RegistryAccess(std::shared_ptr<kube::Transport> api);
  virtual ~RegistryAccess() = default;

  virtual StatusOr<std::shared_ptr<RegistryApi>> open(const kube::Key& registry);
  // Lets go of the connections to a registry that is gone.
  void forget(const kube::Key& registry);

 protected:
  // The registry as it is, before any circuit.
  virtual std::unique_ptr<RegistryApi> make_client(const kube::Key& registry) const;

 private:
  std::shared_ptr<kube::Transport> api_;
  RegistryCircuit tools_;
  RegistryCircuit reports_;
  std::mutex mutex_;
  std::map<kube::Key, std::shared_ptr<RegistryApi>> clients_;  // guarded by mutex_
};

}  // namespace toolhive
