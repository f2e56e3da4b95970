// The first step of a pass over a Registry: what is there, read and not judged.
#pragma once

#include <optional>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/operator/backup_schedule/plan.hpp"
#include "controller/operator/condition_value.hpp"
#include "controller/operator/identity/operator_identity.hpp"
#include "controller/operator/options.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive {

struct RegistryObservation {
  kube::Object object;
  JsonPtr status;  // of the object, as it is; never null
  RegistryInputs inputs;
  // The one in use, ours or one that the spec names, or from which the data are to be moved.
  std::optional<kube::Object> claim = {};
  // The operands that a newer spec is tried on, the Deployment among them, as far as the Registry
  // controls them.
  LiveOperands running = {};
  // The spec names a PriorityClass that is not there; asked only where the Deployment does not name
  // it already.
  bool priority_class_missing = false;
  // Of a registry that asks for tokens or certificates: why the operator cannot prove to it who it
  // is.
  Status identity = {};
  // spec.auth.oidc.ca names a ConfigMap, or a key in it, that is not there.
  bool issuer_ca_missing = false;
  // The registry may not ask the API server about tokens, and has to.
  bool token_review_forbidden = false;
  // Why the TLS of the spec cannot be served.
  std::optional<ConditionValue> tls_missing = {};
  // With cert-manager, while it has not issued the certificate: why; empty where nothing is known.
  std::string certificate_request = {};
  // Why what spec.restoreFrom names cannot be restored, or not yet.
  std::optional<ConditionValue> restore_pending = {};
  std::vector<KnownBackup> backups = {};  // with spec.backup
  std::vector<kube::Object> pods = {};
  std::vector<kube::Object> gateways = {};  // with an HTTPRoute, as far as they can be read
  Cluster cluster = {};
};

// The inputs, as far as the object itself has them.
RegistryInputs registry_inputs(const kube::Object& object, RegistrySpec spec, const OperatorOptions& options);

// Whether pods need an fsGroup of ours; Unavailable while the API server does not say what platform
// this is.
StatusOr<bool> sets_fs_group(const Context& ctx, kube::Discovery& discovery);

// The claim in use; nothing where there is none yet, or the data are in a database.
StatusOr<std::optional<kube::Object>> find_claim(const Context& ctx, kube::Client& client,
                                                 const runtime::Cache& cache, const RegistryInputs& inputs);

// `spec` is that of `object`. `identity` is asked with authentication only, by tokens or by
// certificates. The cache has what RegistryReconciler::attach() declares. An error is what could not
// be read just now.
StatusOr<RegistryObservation> observe_registry(const Context& ctx, kube::Client& client,
                                               const runtime::Cache& cache, kube::Discovery& discovery,
                                               OperatorIdentity& identity, const OperatorOptions& options,
                                               const kube::Object& object, RegistrySpec spec);

}  // namespace toolhive
