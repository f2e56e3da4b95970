// TLS: what spec.tls of a Registry makes of its operands. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry_access.hpp"

namespace toolhive {

// The port at which the registry serves, and how.
const ServedPort& port_of(const RegistryInputs& inputs);

// By whose word its certificate is trusted; absent without TLS.
std::optional<AuthorityRef> authority_of(const RegistryInputs& inputs);
// How the operator speaks to it.
RegistryEndpoint endpoint_of(const RegistryInputs& inputs);

// The Secret with tls.crt and tls.key; empty without TLS.
std::string serving_secret(const RegistryInputs& inputs);
// The DNS names that its certificate is to have, the one that clients use first.
std::vector<std::string> serving_names(const kube::Key& registry);

// Whether clients need a certificate of theirs.
bool asks_for_certificates(const RegistrySpec& spec);

// `tls` of the service's own file; null without TLS.
Json tls_section(const RegistryInputs& inputs);
// Mounts the certificate in the pod, and whose certificates clients may have.
void add_certificate(const RegistryInputs& inputs, Json& pod);

// Mounts the authorities by whose word replicas that share files trust each other.
void add_authority(const RegistryInputs& inputs, Json& pod);

// How Prometheus trusts the certificate, and what it shows itself where that is asked for, as in an
// endpoint of a ServiceMonitor.
Json scrape_tls(const RegistryInputs& inputs);

// The authorities for everybody else, in a ConfigMap of the operator's; only with SelfSigned and
// ServiceCA.
Json authority_config_map(const RegistryInputs& inputs);
// What cert-manager is asked for; only with CertManager.
Json certificate(const RegistryInputs& inputs);

}  // namespace toolhive
