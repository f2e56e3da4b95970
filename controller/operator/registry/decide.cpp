#include "controller/operator/registry/decide.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/operand/operand_writer.hpp"
#include "controller/operator/operand/pod.hpp"
#include "controller/operator/registry/hold.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/validation.hpp"
#include "controller/operator/types.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

namespace {

bool is_accepted_already(const RegistryObservation& observed) {
  const auto conditions = runtime::Conditions::from_json(observed.status->value("conditions", Json::array()));
  const runtime::Condition* accepted = conditions.find("Accepted");
  return accepted && accepted->status == runtime::ConditionStatus::True &&
         accepted->observed_generation == observed.object.meta().generation;
}

// A spec that was not accepted yet is tried on the running operands first, before anything is
// changed: the API server's refusal must come before the ConfigMaps that the pod would read at its
// next start.
std::vector<DryRun> dry_runs(const RegistryObservation& observed, const RegistryInputs& wanted) {
  std::vector<DryRun> tried;
  if (!find(observed.running, deployment_type()) || is_accepted_already(observed)) return tried;
  for (const Operand& operand : operands()) {
    const kube::Object* running = operand.dry_run ? find(observed.running, operand.type()) : nullptr;
    if (running && operand.presence(wanted, observed.cluster) == Presence::Applied)
      tried.push_back({&operand, *running, share(operand.intent(wanted))});
  }
  return tried;
}

// Without which a registry that asks for tokens or certificates would take none, or not even start.
std::optional<ConditionValue> missing_authentication(const RegistryObservation& observed) {
  if (!observed.identity.ok())
    return ConditionValue::unknown(
        "OperatorIdentityUnavailable",
        std::string(observed.inputs.spec.auth.is_on() ? "spec.auth" : "spec.tls.clientAuthentication") +
            ": the operator has no key by which the registry could know it: " + observed.identity.message() +
            "; it needs the Role toolhive-operator-identity in its own namespace");
  if (!observed.issuer_ca_missing) return {};
  const KeyRef& ref = *observed.inputs.spec.auth.issuer_ca.config_map;
  return ConditionValue::no("IssuerCANotFound", "spec.auth.oidc.ca.configMapKeyRef: there is no ConfigMap " +
                                                    ref.name + " with a key " + ref.key +
                                                    "; create it, or correct the reference");
}

std::optional<ConditionValue> refusal(const RegistryObservation& observed) {
  const Json claim = observed.claim ? observed.claim->json() : Json();
  auto refused = refuse(observed.inputs, observed.claim ? &claim : nullptr);
  if (!refused) refused = refuse_return(observed);
  if (!refused) refused = missing_authentication(observed);
  if (!refused) refused = observed.tls_missing;
  // A registry that began to serve empty could not be restored any more.
  if (!refused) refused = observed.restore_pending;
  return refused ? refused : hold(observed);
}

bool are_files_taken(const RegistryObservation& observed, const RegistryInputs& inputs) {
  if (!has_shared_files(inputs.spec)) return false;
  return std::any_of(observed.pods.begin(), observed.pods.end(), [&](const kube::Object& object) {
    const Json pod = object.json();
    return !is_finished(pod) && !shares_files(pod, pvc_name(inputs));
  });
}

JsonPtr repair(const kube::Object& deployment) {
  auto patch = strategy_repair(deployment.json());
  return patch ? share(std::move(*patch)) : nullptr;
}

}  // namespace

RegistryPlan decide(const RegistryObservation& observed, const std::optional<RegistryInputs>& accepted) {
  RegistryPlan plan;
  plan.refused = refusal(observed);
  plan.move = decide_move(observed);
  plan.wanted = placed(observed.inputs, plan.move);
  plan.wanted.files_are_taken = are_files_taken(observed, plan.wanted);
  if (!plan.refused) plan.dry_runs = dry_runs(observed, plan.wanted);
  plan.needs_claim = !plan.refused && leaves_for_a_new_claim(observed);
  if (accepted) plan.accepted = placed(*accepted, plan.move);
  if (plan.accepted) plan.accepted->files_are_taken = are_files_taken(observed, *plan.accepted);
  // For what is declared: else the Deployment would be changed to and fro.
  const RegistryInputs& declared = plan.refused && plan.accepted ? *plan.accepted : plan.wanted;
  const kube::Object* running = find(observed.running, deployment_type());
  const bool replaces = declared.spec.storage.is_files() && !rolls(declared);
  if (running && replaces && !refuse_return(observed)) plan.repair = repair(*running);
  // No part of the spec: it is heeded also while that is refused.
  if (plan.accepted) plan.accepted->hibernated = observed.inputs.hibernated;
  // Keys are rotated whatever became of the spec.
  if (plan.accepted && observed.inputs.operator_keys)
    plan.accepted->operator_keys = observed.inputs.operator_keys;
  if (plan.accepted && asks_for_certificates(plan.accepted->spec) &&
      !observed.inputs.operator_certificates.empty())
    plan.accepted->operator_certificates = observed.inputs.operator_certificates;
  // And so are authorities.
  if (plan.accepted && authority_of(*plan.accepted) == authority_of(observed.inputs) &&
      !observed.inputs.authorities.empty())
    plan.accepted->authorities = observed.inputs.authorities;
  plan.cluster = observed.cluster;
  return plan;
}

}  // namespace toolhive
