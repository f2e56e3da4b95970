#include "controller/operator/registry/observe.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/operand/informers.hpp"
#include "controller/operator/registry/http_route_state.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/restore.hpp"
#include "controller/operator/registry/scheduled_backups.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/tls_state.hpp"
#include "controller/operator/registry/token_review_right.hpp"
#include "controller/operator/text.hpp"
#include "controller/operator/types.hpp"
#include "crds/registry_backup.hpp"

namespace toolhive {

using kube::Key;
using kube::Object;
using kube::Offered;

namespace {

Status read_platform(const Context& ctx, kube::Discovery& discovery, RegistryObservation& observed) {
  const auto set = sets_fs_group(ctx, discovery);
  if (!set.ok()) return set.status();
  observed.inputs.set_fs_group = *set;
  observed.cluster.routes = discovery.offers(ctx, route_type());
  observed.cluster.service_monitors = discovery.offers(ctx, service_monitor_type());
  observed.cluster.prometheus_rules = discovery.offers(ctx, prometheus_rule_type());
  observed.cluster.http_routes = discovery.offers(ctx, http_route_type());
  if (observed.cluster.http_routes == Offered::No)
    observed.cluster.http_routes_beta = discovery.offers(ctx, http_route_beta_type());
  observed.cluster.certificates = discovery.offers(ctx, certificate_type());
  return {};
}

// Of a claim from before, such as one that an earlier Registry left: where nothing is said of its
// size, it is as large as it should be.
void keep_size(RegistryObservation& observed) {
  std::string& size = observed.inputs.spec.storage.size;
  if (size.empty()) size = text_at(observed.claim->json(), "/spec/resources/requests/storage");
}

// What a claim was made from cannot be taken from it, nor be given to it.
void keep_source(RegistryObservation& observed) {
  if (!observed.inputs.spec.storage.existing_claim.empty()) return;
  const Json claim = observed.claim->json();
  const Json* const source = value_at(claim, "/spec/dataSource");
  if (source && source->is_object()) observed.inputs.claim_source = std::make_shared<const Json>(*source);
}

// Of a Registry whose data are moved from it; absent where there is none.
Status read_moved_claim(const Context& ctx, kube::Client& client, RegistryObservation& observed) {
  const Object* const running = find(observed.running, deployment_type());
  const std::string name = running ? claim_in_use(running->json()) : std::string();
  if (name.empty()) return {};
  auto claim = client.get(ctx, pvc_type(), Key{observed.inputs.key.ns, name});
  if (claim.status().code() == Code::NotFound) return {};
  if (!claim.ok()) return claim.status();
  observed.claim = *std::move(claim);
  return {};
}

Status read_claim(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                  RegistryObservation& observed) {
  if (!observed.inputs.spec.storage.is_files()) return read_moved_claim(ctx, client, observed);
  auto claim = find_claim(ctx, client, cache, observed.inputs);
  if (!claim.ok()) return claim.status();
  observed.claim = *std::move(claim);
  if (observed.claim) keep_size(observed);
  if (observed.claim) keep_source(observed);
  return {};
}

Status read_running(const Context& ctx, const runtime::Cache& cache, RegistryObservation& observed) {
  for (const Operand& operand : operands()) {
    if (!operand.dry_run) continue;
    const auto found =
        cache.get(ctx, operand.type(), Key{observed.inputs.key.ns, operand.name(observed.inputs)});
    if (found.status().code() == Code::NotFound) continue;
    if (!found.ok()) return found.status();
    const kube::OwnerReference* controller = found->meta().controller();
    if (controller && controller->uid == observed.inputs.uid)
      observed.running.push_back({operand.type(), *found});
  }
  return {};
}

// A pod that names a class which does not exist is refused, but only once the old one is gone.
Status read_priority_class(const Context& ctx, kube::Client& client, RegistryObservation& observed) {
  const std::string& name = observed.inputs.spec.pod_template.priority_class_name;
  const Object* running = find(observed.running, deployment_type());
  if (!running || !is_dns_subdomain(name)) return {};
  if (text_at(running->json(), "/spec/template/spec/priorityClassName") == name) return {};
  const Status read = client.get(ctx, priority_class_type(), Key{"", name}).status();
  observed.priority_class_missing = read.code() == Code::NotFound;
  // Without the right to look it is as if nothing were known against it.
  const bool told = observed.priority_class_missing || read.code() == Code::Forbidden;
  return told ? Status() : read;
}

// A Secret is not looked at: the operator has no right to, and the kubelet mounts it.
Status read_issuer_ca(const Context& ctx, kube::Client& client, RegistryObservation& observed) {
  const auto& ref = observed.inputs.spec.auth.issuer_ca.config_map;
  if (!ref || !is_dns_subdomain(ref->name)) return {};
  const auto map = client.get(ctx, config_map_type(), Key{observed.inputs.key.ns, ref->name});
  if (map.status().code() != Code::NotFound && !map.ok()) return map.status();
  const Json data = map.ok() ? map->json().value("data", Json::object()) : Json::object();
  observed.issuer_ca_missing = !data.is_object() || !data.contains(ref->key);
  return {};
}

Status read_authentication(const Context& ctx, kube::Client& client, OperatorIdentity& identity,
                           RegistryObservation& observed) {
  const RegistryAuth& auth = observed.inputs.spec.auth;
  if (!auth.is_on()) return {};
  const auto keys = identity.public_keys(ctx);
  observed.identity = keys.status();
  if (keys.ok()) observed.inputs.operator_keys = *keys;
  if (auth.mode == RegistryAuth::Mode::OIDC) return read_issuer_ca(ctx, client, observed);
  observed.token_review_forbidden = lacks_token_review_right(ctx, client, observed.inputs.key);
  return {};
}

Status read_tls(const Context& ctx, kube::Client& client, const runtime::Cache& cache,
                OperatorIdentity& identity, RegistryObservation& observed) {
  if (!observed.inputs.spec.tls) return {};
  // Outside of the cluster there is nothing to show, as the registry's condition says.
  if (asks_for_certificates(observed.inputs.spec) && !observed.inputs.operator_namespace.empty()) {
    const auto own = identity.client_certificates(ctx);
    if (!own.ok()) observed.identity = own.status();
    if (own.ok()) observed.inputs.operator_certificates = *own;
  }
  auto material = tls_material(ctx, client, observed.cluster, observed.object, observed.inputs);
  if (!material.ok()) return material.status();
  observed.inputs.authorities = std::move(material->authorities);
  observed.tls_missing = std::move(material->missing);
  auto request = request_words(ctx, client, cache, observed.cluster, observed.inputs);
  if (!request.ok()) return request.status();
  observed.certificate_request = *std::move(request);
  return {};
}

// Until it is told that it was done: what was restored may go then, and takes no more part.
Status read_restore(const Context& ctx, const runtime::Cache& cache, RegistryObservation& observed) {
  const auto& wanted = observed.inputs.spec.restore_from;
  if (!wanted || is_restored(*observed.status)) return {};
  std::optional<Object> backup;
  if (!wanted->destination) {
    const auto found = cache.get(ctx, registry_backup_type(), Key{observed.inputs.key.ns, wanted->backup});
    if (found.status().code() != Code::NotFound && !found.ok()) return found.status();
    if (found.ok()) backup = *found;
  }
  const std::optional<Json> claim = observed.claim ? std::optional(observed.claim->json()) : std::nullopt;
  // What is named may go once the claim is made.
  if (!wanted->destination && !backup && claim && !snapshot_of(*claim).empty()) {
    observed.inputs.restore_snapshot = snapshot_of(*claim);
    return {};
  }
  const Object* running = find(observed.running, deployment_type());
  RestoreSource source =
      restore_source(*wanted, backup ? &*backup : nullptr, !backup && running && restores(running->json()));
  observed.inputs.restore = std::move(source.place);
  observed.restore_pending = std::move(source.pending);
  if (!source.snapshot) return {};
  const auto obstacle = snapshot_obstacle(observed.inputs, claim ? &*claim : nullptr, *source.snapshot);
  if (obstacle)
    observed.restore_pending = ConditionValue::unknown("RestorePending", "spec.restoreFrom: " + *obstacle);
  else
    observed.inputs.restore_snapshot = source.snapshot->name;
  return {};
}

Status read_backups(const runtime::Cache& cache, RegistryObservation& observed) {
  if (!observed.inputs.spec.backup) return {};
  auto backups = backups_of(cache, observed.inputs.key);
  if (!backups.ok()) return backups.status();
  observed.backups = *std::move(backups);
  return {};
}

Status read_pods(const runtime::Cache& cache, RegistryObservation& observed) {
  auto pods = labelled_pods(cache, kRegistryApplication, observed.inputs.key);
  if (!pods.ok()) return pods.status();
  observed.pods = *std::move(pods);
  return {};
}

Status read_parents(const Context& ctx, kube::Client& client, RegistryObservation& observed) {
  auto gateways = read_gateways(ctx, client, observed.inputs, observed.cluster);
  if (!gateways.ok()) return gateways.status();
  observed.gateways = *std::move(gateways);
  return {};
}

}  // namespace

RegistryInputs registry_inputs(const Object& object, RegistrySpec spec, const OperatorOptions& options) {
  RegistryInputs inputs;
  inputs.key = object.key();
  inputs.uid = object.meta().uid;
  inputs.image = spec.image.empty() ? options.registry_image : spec.image;
  inputs.operator_namespace = options.operator_namespace;
  inputs.hibernated = is_hibernated(object);
  inputs.spec = std::move(spec);
  return inputs;
}

StatusOr<bool> sets_fs_group(const Context& ctx, kube::Discovery& discovery) {
  const Offered constraints = discovery.offers(ctx, security_context_constraints_type());
  if (constraints != Offered::Unknown) return constraints == Offered::No;
  return Status(Code::Unavailable, "the API server does not say whether this is OpenShift; trying again");
}

StatusOr<std::optional<Object>> find_claim(const Context& ctx, kube::Client& client,
                                           const runtime::Cache& cache, const RegistryInputs& inputs) {
  const std::optional<Object> none;
  if (!inputs.spec.storage.is_files()) return none;
  const Key key{inputs.key.ns, pvc_name(inputs)};
  // From before the CRD had a pattern for it: there is no such claim, and its path may be that of
  // something else.
  if (!is_dns_subdomain(key.name)) return none;
  // An existing claim is somebody else's and not in the cache.
  const bool is_ours = inputs.spec.storage.existing_claim.empty();
  auto claim = is_ours ? cache.get(ctx, pvc_type(), key) : client.get(ctx, pvc_type(), key);
  if (claim.status().code() == Code::NotFound) return none;
  if (!claim.ok()) return claim.status();
  return std::optional(*std::move(claim));
}

StatusOr<RegistryObservation> observe_registry(const Context& ctx, kube::Client& client,
                                               const runtime::Cache& cache, kube::Discovery& discovery,
                                               OperatorIdentity& identity, const OperatorOptions& options,
                                               const Object& object, RegistrySpec spec) {
  RegistryObservation observed{.object = object,
                               .status = object.status(),
                               .inputs = registry_inputs(object, std::move(spec), options)};
  Status read = read_platform(ctx, discovery, observed);
  if (read.ok()) read = read_running(ctx, cache, observed);
  if (read.ok()) read = read_claim(ctx, client, cache, observed);
  if (read.ok()) read = read_priority_class(ctx, client, observed);
  if (read.ok()) read = read_authentication(ctx, client, identity, observed);
  if (read.ok()) read = read_tls(ctx, client, cache, identity, observed);
  if (read.ok()) read = read_restore(ctx, cache, observed);
  if (read.ok()) read = read_backups(cache, observed);
  if (read.ok()) read = read_pods(cache, observed);
  if (read.ok()) read = read_parents(ctx, client, observed);
  return read.ok() ? StatusOr<RegistryObservation>(std::move(observed)) : read;
}

}  // namespace toolhive
