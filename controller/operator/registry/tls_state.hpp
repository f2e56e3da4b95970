// What is found of the certificate of a Registry: whether it can be served, and whether it is
// trusted.
#pragma once

#include <optional>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/operand/operand.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/seen_certificate.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive {

struct TlsMaterial {
  std::string authorities;  // PEM; empty: somebody else puts them where they belong, or none are known
  std::optional<ConditionValue> missing;  // why TLS cannot be served, in which case nothing is changed
};

// Reads the authorities, and with SelfSigned keeps the certificate. Only with spec.tls. An error is
// what could not be read or written just now.
StatusOr<TlsMaterial> tls_material(const Context& ctx, kube::Client& client, const Cluster& cluster,
                                   const kube::Object& owner, const RegistryInputs& inputs);

// With CertManager, while the Certificate is not issued: what cert-manager says of the CertificateRequest
// that it makes for it, such as that the Issuer does not exist, which the Certificate does not tell.
// Empty where nothing is said, or the operator may not read it. An error is what could not be read just
// now.
StatusOr<std::string> request_words(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                                    const Cluster& cluster, const RegistryInputs& inputs);

// The condition TLSReady, of what serves. `applied` are the operands as written; `seen` is absent
// while there was no handshake, or the operator goes through the API server. `request` is that of
// request_words().
ConditionValue tls_ready(const RegistryInputs& declared, const LiveOperands& applied,
                         const std::string& request, bool pods_serve,
                         const std::optional<CertificateSight>& seen);

}  // namespace toolhive
