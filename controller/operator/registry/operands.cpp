#include "controller/operator/registry/operands.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/registry/tls.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

std::string registry_name(const RegistryInputs& inputs) {
  return inputs.key.name;
}
std::string config_name(const RegistryInputs& inputs) {
  return config_map_name(inputs.key);
}
std::string server_config_name(const RegistryInputs& inputs) {
  return server_config_map_name(inputs.key);
}

std::string dashboard_config_name(const RegistryInputs& inputs) {
  return dashboard_name(inputs.key);
}

std::string authority_config_name(const RegistryInputs& inputs) {
  return authority_config_map_name(inputs.key);
}

Presence always(const RegistryInputs&, const Cluster&) {
  return Presence::Applied;
}
Presence if_claim_is_ours(const RegistryInputs& inputs, const Cluster&) {
  const RegistrySpec::Storage& storage = inputs.spec.storage;
  return storage.is_files() && storage.existing_claim.empty() ? Presence::Applied : Presence::Untouched;
}
Presence if_policy(const RegistryInputs& inputs, const Cluster&) {
  return inputs.spec.network_policy ? Presence::Applied : Presence::Removed;
}
Presence if_budget(const RegistryInputs& inputs, const Cluster&) {
  return inputs.spec.disruption_budget ? Presence::Applied : Presence::Removed;
}
// Without pods there is nothing to scale, and nobody to be told that none answers.
Presence if_scaled(const RegistryInputs& inputs, const Cluster&) {
  return inputs.spec.autoscaling && is_to_run(inputs) && !inputs.restore && !inputs.move_from
             ? Presence::Applied
             : Presence::Removed;
}
Presence if_watched(const RegistryInputs& inputs, kube::Offered offered) {
  if (offered != kube::Offered::Yes) return Presence::Untouched;
  return inputs.spec.monitoring.enabled && is_to_run(inputs) ? Presence::Applied : Presence::Removed;
}
Presence if_scraped(const RegistryInputs& inputs, const Cluster& cluster) {
  return if_watched(inputs, cluster.service_monitors);
}
Presence if_alerted(const RegistryInputs& inputs, const Cluster& cluster) {
  return if_watched(inputs, cluster.prometheus_rules);
}
bool has_source(const RegistryInputs& inputs, RegistryTls::Source source) {
  return inputs.spec.tls && inputs.spec.tls->source == source;
}
Presence if_authority_is_ours(const RegistryInputs& inputs, const Cluster&) {
  using Source = RegistryTls::Source;
  return has_source(inputs, Source::SelfSigned) || has_source(inputs, Source::ServiceCA) ? Presence::Applied
                                                                                         : Presence::Removed;
}
Presence if_requested(const RegistryInputs& inputs, const Cluster& cluster) {
  if (cluster.certificates != kube::Offered::Yes) return Presence::Untouched;
  return has_source(inputs, RegistryTls::Source::CertManager) ? Presence::Applied : Presence::Removed;
}
Presence if_exposed(const RegistryInputs& inputs, const Cluster& cluster) {
  if (cluster.routes != kube::Offered::Yes) return Presence::Untouched;
  using Type = RegistrySpec::Exposure::Type;
  const Type type = inputs.spec.exposure.type;
  return type == Type::Auto || type == Type::Route ? Presence::Applied : Presence::Removed;
}
Presence if_ingress(const RegistryInputs& inputs, const Cluster&) {
  return inputs.spec.exposure.type == RegistrySpec::Exposure::Type::Ingress ? Presence::Applied
                                                                            : Presence::Removed;
}
Presence if_routed(const RegistryInputs& inputs) {
  return inputs.spec.exposure.type == RegistrySpec::Exposure::Type::HTTPRoute ? Presence::Applied
                                                                              : Presence::Removed;
}
Presence if_http_route(const RegistryInputs& inputs, const Cluster& cluster) {
  return cluster.http_routes == kube::Offered::Yes ? if_routed(inputs) : Presence::Untouched;
}
// It is the same object in both versions: the older one is spoken where there is no other.
Presence if_http_route_beta(const RegistryInputs& inputs, const Cluster& cluster) {
  const bool is_spoken =
      cluster.http_routes == kube::Offered::No && cluster.http_routes_beta == kube::Offered::Yes;
  return is_spoken ? if_routed(inputs) : Presence::Untouched;
}

const Operand kOperands[] = {
    {.type = service_type, .name = registry_name, .intent = service, .presence = always},
    {.type = service_account_type, .name = registry_name, .intent = service_account, .presence = always},
    {.type = config_map_type, .name = config_name, .intent = registry_config_map, .presence = always},
    {.type = config_map_type, .name = server_config_name, .intent = server_config_map, .presence = always},
    {.type = config_map_type,
     .name = authority_config_name,
     .intent = authority_config_map,
     .presence = if_authority_is_ours},
    {.type = certificate_type,
     .name = registry_name,
     .intent = certificate,
     .presence = if_requested,
     .optional = true},
    // It may outlive its Registry, and is never deleted for the sake of being made anew.
    {.type = pvc_type,
     .name = pvc_name,
     .intent = persistent_volume_claim,
     .presence = if_claim_is_ours,
     .owned = false,
     .replace = "",
     .concern = Concern::Storage},
    {.type = network_policy_type,
     .name = registry_name,
     .intent = network_policy,
     .presence = if_policy,
     .dry_run = true},
    {.type = disruption_budget_type,
     .name = registry_name,
     .intent = pod_disruption_budget,
     .presence = if_budget},
    {.type = pod_autoscaler_type,
     .name = registry_name,
     .intent = horizontal_pod_autoscaler,
     .presence = if_scaled},
    {.type = service_monitor_type,
     .name = registry_name,
     .intent = service_monitor,
     .presence = if_scraped,
     .optional = true,
     .concern = Concern::Monitoring},
    {.type = prometheus_rule_type,
     .name = registry_name,
     .intent = prometheus_rule,
     .presence = if_alerted,
     .optional = true,
     .concern = Concern::Monitoring},
    // Its checksum says that a pod has read the ConfigMaps as declared: before they are, it would
    // not be true.
    {.type = deployment_type,
     .name = registry_name,
     .intent = deployment,
     .presence = always,
     .dry_run = true,
     .after = config_map_type,
     .replace = "Foreground"},
    // After the Deployment, which waits for ConfigMaps: not for this one.
    {.type = config_map_type,
     .name = dashboard_config_name,
     .intent = dashboard_config_map,
     .presence = if_scraped,
     .concern = Concern::Monitoring},
    {.type = route_type,
     .name = registry_name,
     .intent = route,
     .presence = if_exposed,
     .optional = true,
     .replace = "",
     .concern = Concern::Exposure},
    {.type = ingress_type,
     .name = registry_name,
     .intent = ingress,
     .presence = if_ingress,
     .concern = Concern::Exposure},
    {.type = http_route_type,
     .name = registry_name,
     .intent = http_route,
     .presence = if_http_route,
     .optional = true,
     .concern = Concern::Exposure},
    {.type = http_route_beta_type,
     .name = registry_name,
     .intent = http_route,
     .presence = if_http_route_beta,
     .optional = true,
     .concern = Concern::Exposure},
};

}  // namespace

std::span<const Operand> operands() {
  return kOperands;
}

}  // namespace toolhive
