#include "controller/operator/registry/hold.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/storage.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

// Of another claim than the one in use. A claim that is not bound may be waiting for its first pod,
// and one of ours that is missing is made.
std::optional<ConditionValue> missing_claim(const RegistryObservation& observed, const Json& deployment) {
  const std::string name = pvc_name(observed.inputs);
  if (claim_in_use(deployment) == name) return {};
  const bool ours = observed.inputs.spec.storage.existing_claim.empty();
  if (!observed.claim && ours) return {};
  const Json claim = observed.claim ? observed.claim->json() : Json();
  const ConditionValue found = observe_storage(observed.claim ? &claim : nullptr, name,
                                               ours ? claim_size(observed.inputs) : std::string());
  if (found.holds() || found.reason == kClaimPending) return {};
  return ConditionValue::no(found.reason, "spec.storage: " + found.message + kWhatGoesOn);
}

std::optional<ConditionValue> missing_priority_class(const RegistryObservation& observed) {
  if (!observed.priority_class_missing) return {};
  return ConditionValue::no("PriorityClassNotFound",
                            "spec.podTemplate.priorityClassName: the cluster has no PriorityClass " +
                                observed.inputs.spec.pod_template.priority_class_name +
                                "; create it, or leave the field out" + kWhatGoesOn);
}

}  // namespace

bool leaves_for_a_new_claim(const RegistryObservation& observed) {
  const kube::Object* running = find(observed.running, deployment_type());
  const RegistrySpec::Storage& storage = observed.inputs.spec.storage;
  return running && storage.is_files() && !observed.claim && storage.existing_claim.empty() &&
         claim_in_use(running->json()) != pvc_name(observed.inputs);
}

std::optional<ConditionValue> hold(const RegistryObservation& observed) {
  const kube::Object* running = find(observed.running, deployment_type());
  if (!running) return {};
  if (observed.inputs.spec.storage.is_files())
    if (auto missing = missing_claim(observed, running->json())) return missing;
  return missing_priority_class(observed);
}

}  // namespace toolhive
