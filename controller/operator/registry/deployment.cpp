#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/authentication.hpp"
#include "controller/operator/registry/move.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/pod_parts.hpp"
#include "controller/operator/registry/restore.hpp"
#include "controller/operator/registry/shared_files.hpp"
#include "controller/operator/registry/tls.hpp"
#include "controller/operator/registry/upstreams.hpp"

namespace toolhive {

namespace {

constexpr int kProgressDeadlineSeconds = 300;
// Nobody serves meanwhile.
constexpr int kMoveDeadlineSeconds = 180;
// Longer than the registry's own drain of requests in flight.
constexpr int kTerminationGraceSeconds = 30;

Json probe(const ServedPort& port, const char* path, int period, int failures) {
  return {{"httpGet", {{"path", path}, {"port", port.name}, {"scheme", port.probe_scheme}}},
          {"periodSeconds", period},
          {"timeoutSeconds", 3},
          {"failureThreshold", failures}};
}

Json container(const RegistryInputs& inputs) {
  const auto file = [](const char* folder, const char* name) { return std::string(folder) + "/" + name; };
  const ServedPort& port = port_of(inputs);
  Json container = {
      {"name", kContainerName},
      {"image", inputs.image},
      {"args", Json::array({"serve", "--config", file(kConfigFolder, kConfigFile), "--server",
                            file(kServerFolder, kServerFile)})},
      {"ports", Json::array({{{"name", port.name}, {"containerPort", port.number}, {"protocol", "TCP"}}})},
      // A start that reads a large store may take minutes; once started, only a process that hangs
      // is killed.
      {"startupProbe", probe(port, "/health", 1, 300)},
      {"livenessProbe", probe(port, "/health", 10, 6)},
      {"readinessProbe", probe(port, "/ready", 5, 2)},
      {"resources", registry_resources(inputs.spec)},
      {"securityContext", restricted_container(true)},
      {"volumeMounts", registry_volume_mounts(inputs.spec, false)},
  };
  if (!inputs.spec.image_pull_policy.empty()) container["imagePullPolicy"] = inputs.spec.image_pull_policy;
  add_replica_host(inputs.spec, container);
  return container;
}

// Not by the number of replicas: a pod would be made anew whenever there is a second one.
bool is_spread(const RegistrySpec& spec) {
  return (!spec.storage.is_files() || has_shared_files(spec)) && spec.topology_spread;
}

// Over zones and nodes as well as the cluster can; a pod that finds no such place starts all the
// same.
Json spread(const std::string& instance) {
  Json constraints = Json::array();
  for (const char* key : {"topology.kubernetes.io/zone", "kubernetes.io/hostname"})
    constraints.push_back({{"maxSkew", 1},
                           {"topologyKey", key},
                           {"whenUnsatisfiable", "ScheduleAnyway"},
                           {"labelSelector", {{"matchLabels", selector_labels(instance)}}}});
  return constraints;
}

Json pod_spec(const RegistryInputs& inputs) {
  const RegistrySpec& spec = inputs.spec;
  Json pod = {{"serviceAccountName", inputs.key.name},
              {"automountServiceAccountToken", false},
              {"enableServiceLinks", false},
              {"terminationGracePeriodSeconds", kTerminationGraceSeconds},
              {"securityContext", registry_security_context(inputs)},
              {"containers", Json::array({container(inputs)})},
              {"volumes", registry_volumes(inputs)}};
  add_restore(inputs, pod);
  add_move(inputs, pod);
  if (is_spread(spec)) pod["topologySpreadConstraints"] = spread(inputs.key.name);
  add_authentication(inputs, pod);
  add_upstreams(spec, pod);
  add_certificate(inputs, pod);
  add_authority(inputs, pod);
  add_pod_settings(spec.image_pull_secrets, spec.pod_template, pod);
  return pod;
}

Json pod_metadata(const RegistryInputs& inputs) {
  StringMap labels = operand_labels(inputs.key.name);
  labels.insert(inputs.spec.pod_template.labels.begin(), inputs.spec.pod_template.labels.end());
  StringMap annotations = {{kConfigChecksumAnnotation, config_checksum(inputs)}};
  annotations.insert(inputs.spec.pod_template.annotations.begin(),
                     inputs.spec.pod_template.annotations.end());
  return {{"labels", labels}, {"annotations", annotations}};
}

// What restores or moves is to find nobody beside it.
bool fills_storage(const RegistryInputs& inputs) {
  return inputs.restore || inputs.move_from;
}

std::int64_t replicas(const RegistryInputs& inputs) {
  if (inputs.hibernated) return 0;
  return fills_storage(inputs) ? std::min<std::int64_t>(inputs.spec.replicas, 1) : inputs.spec.replicas;
}

// Files that one pod has are let go by the old one before the new one comes. On a database, and of
// several pods that share files, a new pod takes the place of an old one once it serves, and not
// before.
Json strategy(const RegistryInputs& inputs) {
  if (!rolls(inputs)) return {{"type", "Recreate"}};
  return {{"type", "RollingUpdate"}, {"rollingUpdate", {{"maxSurge", 1}, {"maxUnavailable", 0}}}};
}

}  // namespace

std::optional<Json> strategy_repair(const Json& deployment) {
  if (!deployment.contains(Json::json_pointer("/spec/strategy/rollingUpdate"))) return std::nullopt;
  return Json{{"metadata", {{"uid", deployment.at("metadata").at("uid")}}},
              {"spec", {{"strategy", {{"type", "Recreate"}, {"rollingUpdate", nullptr}}}}}};
}

Json deployment(const RegistryInputs& inputs) {
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"replicas", replicas(inputs)},
            {"revisionHistoryLimit", 3},
            {"progressDeadlineSeconds", inputs.move_from ? kMoveDeadlineSeconds : kProgressDeadlineSeconds},
            {"strategy", strategy(inputs)},
            {"selector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"template", {{"metadata", pod_metadata(inputs)}, {"spec", pod_spec(inputs)}}}}}};
}

}  // namespace toolhive
