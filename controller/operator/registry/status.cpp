#include "controller/operator/registry/status.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/storage.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

using runtime::Conditions;

namespace {

Conditions conditions_of(const Json& status) {
  return Conditions::from_json(status.is_object() ? status.value("conditions", Json::array())
                                                  : Json::array());
}

Finding ready(const RegistryObservation& observed) {
  if (observed.refused) return *observed.refused;
  if (observed.failed) return *observed.failed;
  // The pods know why better than their claim does, except while the claim is what they wait for.
  if (!observed.storage.holds()) return observed.storage;
  if (!observed.rollout.settled.holds()) return observed.rollout.settled;
  if (observed.exposure.required && !observed.exposure.exposed.holds()) return observed.exposure.exposed;
  return Finding::yes("Serving", "the registry serves what the spec declares");
}

Finding degraded(const RegistryObservation& observed) {
  if (observed.failed) return Finding::yes(observed.failed->reason, observed.failed->message);
  if (observed.refused) return Finding::yes(observed.refused->reason, observed.refused->message);
  if (observed.rollout.failed)
    return Finding::yes(observed.rollout.settled.reason, observed.rollout.settled.message);
  if (observed.storage.reason == kGrowthFailed)
    return Finding::yes(observed.storage.reason, observed.storage.message);
  if (observed.unreachable) return Finding::yes(observed.unreachable->reason, observed.unreachable->message);
  return Finding::no("AsExpected", "nothing needs attention");
}

}  // namespace

Json registry_status(const Json& before, const RegistryObservation& observed, WallTime now) {
  Conditions conditions = conditions_of(before);
  const auto set = [&](const char* type, const Finding& finding) {
    conditions.set(to_condition(type, finding, observed.generation), now);
  };
  set("Accepted", observed.refused ? *observed.refused : Finding::yes("Accepted", "the spec is in order"));
  set("StorageReady", observed.storage);
  set("Available", observed.rollout.available);
  set("Exposed", observed.exposure.exposed);
  set("Degraded", degraded(observed));
  set("Ready", ready(observed));
  conditions.remove("ReconciliationPaused");

  Json status = {{"observedGeneration", observed.generation},
                 {"conditions", conditions.to_json()},
                 {"replicas", observed.rollout.replicas},
                 {"readyReplicas", observed.rollout.ready_replicas},
                 {"selector", selector_text(observed.key.name)}};
  // An address is an offer: there is none before the registry served once.
  if (observed.rollout.available.holds() || (before.is_object() && before.contains("url"))) {
    const std::string inside = internal_url(observed.key);
    status["url"] = observed.exposure.url.empty() ? inside : observed.exposure.url;
    status["internalURL"] = inside;
  }
  if (observed.service) {
    status["tools"] = observed.service->tools;
    if (!observed.service->version.empty()) status["version"] = observed.service->version;
  } else if (before.is_object()) {
    for (const char* field : {"tools", "version"})
      if (before.contains(field)) status[field] = before.at(field);
  }
  return status;
}

Json refused_status(const Json& before, const Finding& refusal, std::int64_t generation, WallTime now) {
  Json status = before.is_object() ? before : Json::object();
  Conditions conditions = conditions_of(before);
  conditions.set(to_condition("Accepted", refusal, generation), now);
  conditions.set(to_condition("Ready", refusal, generation), now);
  status["conditions"] = conditions.to_json();
  status["observedGeneration"] = generation;
  return status;
}

}  // namespace toolhive
