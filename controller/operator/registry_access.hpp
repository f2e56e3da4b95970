// RegistryAccess: the way from the operator to the registries it manages.
#pragma once

#include <functional>
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
  // Makes a token that is good at the registry with that audience only.
  using MakeToken = std::function<StatusOr<std::string>(const Context& ctx, const std::string& audience)>;

  // `api` null: the operator runs in the cluster and reaches Services by name. Through the API
  // server no token arrives, for that takes the header for its own.
  RegistryAccess(std::shared_ptr<kube::Transport> api, MakeToken make_token);
  virtual ~RegistryAccess() = default;

  // `audience` is that of the registry (registry_audience()); empty: it asks nobody for a token, and
  // gets none.
  virtual StatusOr<std::shared_ptr<RegistryApi>> open(const kube::Key& registry, const std::string& audience);
  // Lets go of the connections to a registry that is gone.
  void forget(const kube::Key& registry);

 protected:
  // The registry as it is, before any circuit.
  virtual std::unique_ptr<RegistryApi> make_client(const kube::Key& registry,
                                                   const std::string& audience) const;

 private:
  struct Opened {
    std::string audience;
    std::shared_ptr<RegistryApi> client;  // null: none yet
  };

  std::shared_ptr<kube::Transport> api_;
  MakeToken make_token_;
  RegistryCircuit tools_;
  RegistryCircuit reports_;
  std::mutex mutex_;
  std::map<kube::Key, Opened> opened_;  // guarded by mutex_
};

}  // namespace toolhive
