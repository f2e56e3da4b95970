#include "controller/operator/registry/report.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <vector>

#include "controller/operator/labels.hpp"
#include "controller/operator/registry/additions.hpp"
#include "controller/operator/registry/autoscaling.hpp"
#include "controller/operator/registry/http_route_state.hpp"
#include "controller/operator/registry/monitoring.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/restore.hpp"
#include "controller/operator/registry/storage.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/tls_state.hpp"
#include "controller/operator/registry/token_review_right.hpp"
#include "controller/operator/schedule.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using kube::Object;
using kube::Offered;

namespace {

constexpr std::chrono::seconds kRegistryPeriod{60};
// For what nothing tells about: a name that becomes free, the Route API that appears.
constexpr std::chrono::seconds kRegistryShortPeriod{20};
constexpr std::chrono::milliseconds kAtOnce{1};

std::optional<Json> json_of(const Object* object) {
  return object ? std::optional(object->json()) : std::nullopt;
}

const Json* pointer_to(const std::optional<Json>& json) {
  return json ? &*json : nullptr;
}

ConditionValue storage_of(const RegistryObservation& observed, const RegistryOutcome& outcome) {
  const RegistryInputs& placed = outcome.declared ? *outcome.declared : observed.inputs;
  const std::optional<Json> moved_from = json_of(observed.claim ? &*observed.claim : nullptr);
  if (placed.move_from) return observe_storage(pointer_to(moved_from), *placed.move_from, "");
  if (const auto& database = placed.spec.storage.postgresql)
    return ConditionValue::yes("External", "the data are in the PostgreSQL database that the Secret " +
                                               database->url.name + " names; there is no claim");
  if (outcome.written.storage) return *outcome.written.storage;
  const Object* written = find(outcome.written.applied, pvc_type());
  const bool stays = !observed.inputs.spec.storage.is_files();
  const RegistryInputs& inputs = (written || stays) && outcome.declared ? *outcome.declared : observed.inputs;
  const RegistrySpec::Storage& storage = inputs.spec.storage;
  const std::optional<Json> claim = json_of(written ? written : observed.claim ? &*observed.claim : nullptr);
  return observe_storage(pointer_to(claim), pvc_name(inputs),
                         storage.existing_claim.empty() ? claim_size(inputs) : std::string());
}

std::vector<Json> pods_of(const RegistryObservation& observed) {
  std::vector<Json> pods;
  for (const Object& pod : observed.pods) pods.push_back(pod.json());
  return pods;
}

Rollout rollout_of(const RegistryObservation& observed, const RegistryOutcome& outcome, WallTime now) {
  const Object* written = find(outcome.written.applied, deployment_type());
  const Object* deployment = written ? written : find(observed.running, deployment_type());
  const std::optional<Json> json = json_of(deployment);
  return observe_rollout(pointer_to(json), pods_of(observed), kRegistryTerms, now);
}

ExposureState ingress_of(const RegistryObservation& observed, const RegistryOutcome& outcome) {
  const std::optional<Json> ingress = json_of(find(outcome.written.applied, ingress_type()));
  ExposureState state = observe_ingress(observed.inputs.spec.exposure, pointer_to(ingress));
  const Status& error = outcome.written.exposure_error;
  if (!error.ok()) state.exposed = ConditionValue::unknown("IngressUnknown", error.message());
  if (!outcome.written.exposure_refused.empty())
    state.exposed = ConditionValue::no("IngressRefused", outcome.written.exposure_refused);
  return state;
}

ExposureState http_route_of(const RegistryObservation& observed, const RegistryOutcome& outcome) {
  const Object* written = find(outcome.written.applied, http_route_type());
  if (!written) written = find(outcome.written.applied, http_route_beta_type());
  const std::optional<Json> route = json_of(written);
  const Offered offered = offers_http_routes(outcome.cluster);
  ExposureState state =
      observe_http_route(observed.inputs.spec.exposure, offered, pointer_to(route), observed.gateways);
  if (offered != Offered::Yes) return state;
  const Status& error = outcome.written.exposure_error;
  if (!error.ok()) state.exposed = ConditionValue::unknown("HTTPRouteAPIUnknown", error.message());
  if (!outcome.written.exposure_refused.empty())
    state.exposed = ConditionValue::no("HTTPRouteRefused", outcome.written.exposure_refused);
  return state;
}

ExposureState exposure_of(const RegistryObservation& observed, const RegistryOutcome& outcome) {
  if (observed.inputs.spec.exposure.type == RegistrySpec::Exposure::Type::HTTPRoute)
    return http_route_of(observed, outcome);
  if (observed.inputs.spec.exposure.type == RegistrySpec::Exposure::Type::Ingress)
    return ingress_of(observed, outcome);
  const std::optional<Json> route = json_of(find(outcome.written.applied, route_type()));
  ExposureState state =
      observe_exposure(observed.inputs.spec.exposure, outcome.cluster.routes, pointer_to(route));
  if (outcome.cluster.routes != Offered::Yes) return state;
  const Status& error = outcome.written.exposure_error;
  if (!error.ok()) state.exposed = ConditionValue::unknown("RouteAPIUnknown", error.message());
  if (!outcome.written.exposure_refused.empty())
    state.exposed = ConditionValue::no("RouteRefused", outcome.written.exposure_refused);
  return state;
}

// In the place of what the Deployment's number of replicas says.
void tell_hibernation(RegistryReport& report) {
  const ConditionValue none = ConditionValue::no(
      "Hibernated", std::string("no pod is to run, and the data are kept, while the annotation ") +
                        kHibernationAnnotation + " is on; take it off to serve again");
  report.hibernated = true;
  report.rollout.settled = none;
  report.rollout.failed = false;
  if (!report.rollout.available.holds()) report.rollout.available = none;
}

std::optional<ConditionValue> drift_of(const RegistryOutcome& outcome) {
  if (!outcome.declared) return {};
  std::string added;
  for (const LiveOperand& live : outcome.written.applied) {
    if (live.type != deployment_type() && live.type != service_type()) continue;
    const Json intent =
        live.type == deployment_type() ? deployment(*outcome.declared) : service(*outcome.declared);
    std::string paths;
    for (const std::string& path : additions(live.type, live.object.json(), intent))
      paths += (paths.empty() ? "" : ", ") + path;
    if (!paths.empty()) added += (added.empty() ? "the " : "; the ") + live.type.kind + " has " + paths;
  }
  if (added.empty()) return {};
  return ConditionValue::yes("FieldsOfOthers",
                             added +
                                 ": not declared by the operator, which leaves it as it is; if the "
                                 "registry should be without it, take it out with kubectl edit");
}

std::optional<ConditionValue> restored_of(const RegistryObservation& observed,
                                          const RegistryOutcome& outcome) {
  if (outcome.declared && outcome.declared->restore_snapshot && !observed.restore_pending) {
    const Object* const made = find(outcome.written.applied, pvc_type());
    const std::optional<Json> claim = json_of(made ? made : observed.claim ? &*observed.claim : nullptr);
    return observe_snapshot_restore(*outcome.declared, pointer_to(claim));
  }
  const bool declared = outcome.declared && outcome.declared->restore;
  if (!declared && !observed.restore_pending) return {};
  const Object* written = find(outcome.written.applied, deployment_type());
  const std::optional<Json> json = json_of(written ? written : find(observed.running, deployment_type()));
  // After a restart of the operator the Deployment alone may know of a restore: the RegistryBackup
  // can be gone.
  if (!declared && !(json && restores(*json))) return observed.restore_pending;
  const std::string where = declared ? location_text(outcome.declared->restore->place)
                                     : "RegistryBackup " + observed.inputs.spec.restore_from->backup;
  return observe_restore(where, pointer_to(json), pods_of(observed));
}

std::optional<ConditionValue> authentication_of(const RegistryObservation& observed) {
  if (!observed.token_review_forbidden) return {};
  return ConditionValue::no("TokenReviewForbidden",
                            "the registry may not ask the API server whose a token is, so no token but the "
                            "operator's is accepted; whoever administers the cluster allows it with: " +
                                token_review_command(observed.inputs.key));
}

std::optional<ConditionValue> autoscaling_of(const RegistryOutcome& outcome) {
  if (!outcome.declared || !outcome.declared->spec.autoscaling) return {};
  const Object* const autoscaler = find(outcome.written.applied, pod_autoscaler_type());
  if (!autoscaler) return {};
  const Json document = autoscaler->json();
  return observe_autoscaling(*outcome.declared->spec.autoscaling, &document);
}

// What came of a move counts whatever became of the spec.
std::optional<ConditionValue> moved_of(const RegistryObservation& observed, const RegistryOutcome& outcome) {
  auto told = decide_move(observed).told;
  if (told && outcome.refused && told->status == runtime::ConditionStatus::Unknown) told.reset();
  return told;
}

std::optional<RegistryReport::Place> place_of_data(const RegistryOutcome& outcome) {
  if (!outcome.declared) return {};
  const RegistryInputs& inputs = *outcome.declared;
  if (inputs.move_from) return RegistryReport::Place{*inputs.move_from};
  return RegistryReport::Place{inputs.spec.storage.is_files() ? pvc_name(inputs) : std::string()};
}

}  // namespace

RegistryReport report_of(const RegistryObservation& observed, const RegistryOutcome& outcome, WallTime now) {
  RegistryReport report;
  report.key = observed.inputs.key;
  report.generation = observed.object.meta().generation;
  report.refused = outcome.refused;
  report.failed = outcome.written.failed;
  report.storage = storage_of(observed, outcome);
  report.rollout = rollout_of(observed, outcome, now);
  report.exposure = exposure_of(observed, outcome);
  const auto& unwatched = outcome.written.monitoring;
  report.monitored = observe_monitoring(observed.inputs, outcome.cluster, unwatched ? &*unwatched : nullptr);
  report.autoscaling = autoscaling_of(outcome);
  report.authentication = authentication_of(observed);
  report.schedules = observed.inputs.spec.backup.has_value();
  report.restores = observed.inputs.spec.restore_from.has_value();
  report.restored = restored_of(observed, outcome);
  report.moved = moved_of(observed, outcome);
  report.on_files = observed.inputs.spec.storage.is_files();
  report.place = place_of_data(outcome);
  report.drift = drift_of(outcome);
  report.discovers = observed.inputs.spec.discovery.has_value();
  if (outcome.declared && outcome.declared->hibernated) tell_hibernation(report);
  return report;
}

void report_tls(const RegistryObservation& observed, const RegistryOutcome& outcome,
                const std::optional<CertificateSight>& seen, RegistryReport& report) {
  report.tls_ready = observed.tls_missing;
  if (!outcome.declared) return;
  const auto authority = authority_of(*outcome.declared);
  report.serves_plain = !authority;
  if (!authority) return;
  report.tls = {*authority, {}};
  if (seen && seen->verdict == CertificateSight::Verdict::Trusted) report.tls->not_after = seen->not_after;
  if (!report.tls_ready)
    report.tls_ready = tls_ready(*outcome.declared, outcome.written.applied, observed.certificate_request,
                                 report.rollout.ready_replicas > 0, seen);
}

Duration look_again(const RegistryObservation& observed, const RegistryOutcome& outcome,
                    const RegistryReport& report) {
  // What restored goes out of the pod again.
  if (report.restored && report.restored->holds()) return kAtOnce;
  const bool made =
      observed.inputs.spec.storage.existing_claim.empty() && find(outcome.written.applied, pvc_type());
  const bool has_claim = made || observed.claim || !observed.inputs.spec.storage.is_files();
  const std::string& exposed = report.exposure.exposed.reason;
  const bool untold = report.failed || exposed == "RouteAPIMissing" || exposed == "HTTPRouteAPIMissing" ||
                      !outcome.written.exposure_error.ok() || outcome.written.namespace_ends || !has_claim ||
                      observed.priority_class_missing || !observed.identity.ok() ||
                      observed.issuer_ca_missing || observed.token_review_forbidden ||
                      observed.restore_pending || observed.tls_missing ||
                      (observed.inputs.spec.tls && report.rollout.ready_replicas == 0);
  return untold ? kRegistryShortPeriod : jittered(kRegistryPeriod, report.key);
}

}  // namespace toolhive
