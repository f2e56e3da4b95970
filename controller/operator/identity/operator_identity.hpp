// OperatorIdentity: by what the operator proves to registries who it is.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/operator/identity/key_ring.hpp"

namespace toolhive {

// The Secret that holds the keys, in the operator's own namespace: all replicas share it. It is
// installed empty, for the right to make Secrets is one to become any ServiceAccount.
inline constexpr const char* kIdentitySecret = "toolhive-operator-identity";

// Its keys are read from the Secret at first use, at most once a minute after that, and made or
// rotated where it is time; while the API server does not answer, those that are known are used.
// Whoever empties the Secret asks for other keys; one that was installed anew, as the Operator
// Lifecycle Manager does at each upgrade, gets those that are known.
// Thread-safe; `client` must outlive it. Errors say what to do.
class OperatorIdentity {
 public:
  OperatorIdentity(kube::Client& client, std::string ns);

  // The public keys as a JWK Set, for the registries to verify tokens with.
  StatusOr<JsonPtr> public_keys(const Context& ctx);
  // A token that says for ten minutes that its bearer is the operator, and only to the registry
  // that has this audience.
  StatusOr<std::string> token(const Context& ctx, const std::string& audience);
  // What it shows in a TLS handshake to a registry that asks for a certificate. Whoever is shown it
  // cannot show it: that takes the key, which signs what was said in this one handshake.
  StatusOr<ClientCertificate> client_certificate(const Context& ctx);
  // Those that registries are to let in, in PEM.
  StatusOr<std::string> client_certificates(const Context& ctx);
  // Leader work: waits for the end, and then leaves the keys to the next leader. An upgrade installs
  // the Secret anew just before it ends this process, and what is made by the next one no registry
  // knows yet.
  void hand_over(const Context& ctx);

 private:
  StatusOr<std::shared_ptr<const KeyRing>> ring(const Context& ctx);
  StatusOr<KeyRing> read(const Context& ctx, const KeyRing& known);
  StatusOr<KeyRing> rotate(const Context& ctx, const Json& secret, const KeyRing& known);

  kube::Client& client_;
  const std::string ns_;
  std::mutex mutex_;
  std::shared_ptr<const KeyRing> ring_;  // guarded by mutex_
  TimePoint next_read_;                  // guarded by mutex_; when there is a ring
};

}  // namespace toolhive
