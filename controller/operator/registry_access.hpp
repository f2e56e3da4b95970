// RegistryAccess: the way from the operator to the registries it manages.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"
#include "controller/kube/transport/transport.hpp"
#include "controller/operator/client_certificate.hpp"
#include "controller/operator/idle_connections.hpp"
#include "controller/operator/registry_address.hpp"
#include "controller/operator/registry_circuit.hpp"
#include "controller/operator/registry_client.hpp"
#include "controller/operator/seen_certificate.hpp"

namespace toolhive {

// How a registry is to be spoken to.
struct RegistryEndpoint {
  // Of tokens for it (registry_audience()); empty: it asks nobody for a token, and gets none.
  std::string audience = {};
  // By whose word its certificate is trusted; absent: it serves plain HTTP.
  std::optional<AuthorityRef> authority = {};
  bool operator==(const RegistryEndpoint&) const = default;
};

// Thread-safe. In a pod it asks the Service; elsewhere it goes through the API server's proxy of
// the Service, which needs the right to services/proxy. A registry that does not answer costs no
// more of the operator than RegistryCircuit admits: calls may be refused by it, those about tools
// apart from reports.
class RegistryAccess {
 public:
  // Makes a token that is good at the registry with that audience only.
  using MakeToken = std::function<StatusOr<std::string>(const Context& ctx, const std::string& audience)>;
  // Reads a key of a ConfigMap.
  using ReadConfigMap = std::function<StatusOr<std::string>(const Context& ctx, const kube::Key& config_map,
                                                            const std::string& key)>;

  // What a registry is shown that asks for a certificate.
  using ShowCertificate = std::function<StatusOr<ClientCertificate>(const Context& ctx)>;

  // `api` null: the operator runs in the cluster and reaches Services by name. Through the API
  // server no token arrives, for that takes the header for its own, and no certificate is seen or shown.
  RegistryAccess(std::shared_ptr<kube::Transport> api, MakeToken make_token, ReadConfigMap read = {},
                 ShowCertificate show = {});
  virtual ~RegistryAccess() = default;

  virtual StatusOr<std::shared_ptr<RegistryApi>> open(const kube::Key& registry,
                                                      const RegistryEndpoint& endpoint);
  // What came of the last TLS handshake with it; absent: there was none.
  std::optional<CertificateSight> certificate(const kube::Key& registry);
  // Lets go of the connections to a registry that is gone.
  void forget(const kube::Key& registry);

 protected:
  // The registry as it is, before any circuit.
  // `seen` is to be told of its certificate.
  virtual std::unique_ptr<RegistryApi> make_client(const kube::Key& registry,
                                                   const RegistryEndpoint& endpoint,
                                                   const std::shared_ptr<SeenCertificate>& seen) const;

 private:
  struct Opened {
    RegistryEndpoint endpoint;
    std::shared_ptr<SeenCertificate> seen;
    std::shared_ptr<RegistryApi> client;  // null: none yet
  };

  std::shared_ptr<kube::Transport> api_;
  MakeToken make_token_;
  ReadConfigMap read_config_map_;
  ShowCertificate show_certificate_;
  const std::shared_ptr<IdleConnections> idle_ = std::make_shared<IdleConnections>();
  RegistryCircuit tools_;
  RegistryCircuit reports_;
  std::mutex mutex_;
  std::map<kube::Key, Opened> opened_;  // guarded by mutex_
};

}  // namespace toolhive
