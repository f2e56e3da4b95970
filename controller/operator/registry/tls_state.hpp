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

namespace toolhive {

struct TlsMaterial {
  std::string authorities;  // PEM; empty: somebody else puts them where they belong, or none are known
  std::optional<ConditionValue> missing;  // why TLS cannot be served, in which case nothing is changed
};

// Reads the authorities, and with SelfSigned keeps the certificate. Only with spec.tls. An error is
// what could not be read or written just now.
StatusOr<TlsMaterial> tls_material(const Context& ctx, kube::Client& client, const Cluster& cluster,
                                   const kube::Object& owner, const RegistryInputs& inputs);

// The condition TLSReady, of what serves. `applied` are the operands as written; `seen` is absent
// while there was no handshake, or the operator goes through the API server.
ConditionValue tls_ready(const RegistryInputs& declared, const LiveOperands& applied, bool pods_serve,
                         const std::optional<CertificateSight>& seen);

}  // namespace toolhive
