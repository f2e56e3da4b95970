#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry_address.hpp"

namespace toolhive {

namespace {

constexpr int kProgressDeadlineSeconds = 300;
// Longer than the registry's own drain of requests in flight.
constexpr int kTerminationGraceSeconds = 30;
// The group of the image's user on clusters that do not assign one.
constexpr int kFsGroup = 65532;

Json probe(const char* path, int period, int failures) {
  return {{"httpGet", {{"path", path}, {"port", "http"}, {"scheme", "HTTP"}}},
          {"periodSeconds", period},
          {"timeoutSeconds", 3},
          {"failureThreshold", failures}};
}

Json resources(const RegistrySpec& spec) {
  return container_resources(spec.resources, {{"requests", {{"cpu", "50m"}, {"memory", "64Mi"}}},
                                              {"limits", {{"memory", "256Mi"}}}});
}

Json container(const RegistryInputs& inputs) {
  const auto file = [](const char* folder, const char* name) { return std::string(folder) + "/" + name; };
  Json container = {
      {"name", kContainerName},
      {"image", inputs.image},
      {"args", Json::array({"serve", "--config", file(kConfigFolder, kConfigFile), "--server",
                            file(kServerFolder, kServerFile)})},
      {"ports", Json::array({{{"name", "http"}, {"containerPort", kServicePort}, {"protocol", "TCP"}}})},
      // A start that reads a large store may take minutes; once started, only a process that hangs
      // is killed.
      {"startupProbe", probe("/health", 1, 300)},
      {"livenessProbe", probe("/health", 10, 6)},
      {"readinessProbe", probe("/ready", 5, 2)},
      {"resources", resources(inputs.spec)},
      {"securityContext", restricted_container(true)},
      {"volumeMounts", Json::array({{{"name", kDataVolume}, {"mountPath", kDataFolder}},
                                    {{"name", "config"}, {"mountPath", kConfigFolder}, {"readOnly", true}},
                                    {{"name", "server"}, {"mountPath", kServerFolder}, {"readOnly", true}},
                                    {{"name", "tmp"}, {"mountPath", "/tmp"}}})},
  };
  if (!inputs.spec.image_pull_policy.empty()) container["imagePullPolicy"] = inputs.spec.image_pull_policy;
  return container;
}

Json volumes(const RegistryInputs& inputs) {
  return Json::array({{{"name", kDataVolume}, {"persistentVolumeClaim", {{"claimName", pvc_name(inputs)}}}},
                      {{"name", "config"}, {"configMap", {{"name", config_map_name(inputs.key)}}}},
                      {{"name", "server"}, {"configMap", {{"name", server_config_map_name(inputs.key)}}}},
                      {{"name", "tmp"}, {"emptyDir", {{"sizeLimit", "64Mi"}}}}});
}

// No user id: the image's own or, on OpenShift, one that the namespace is assigned.
Json pod_security_context(const RegistryInputs& inputs) {
  Json context = {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}};
  if (inputs.set_fs_group) {
    context["fsGroup"] = kFsGroup;
    context["fsGroupChangePolicy"] = "OnRootMismatch";
  }
  return context;
}

Json pod_spec(const RegistryInputs& inputs) {
  const RegistrySpec& spec = inputs.spec;
  Json pod = {{"serviceAccountName", inputs.key.name},
              {"automountServiceAccountToken", false},
              {"enableServiceLinks", false},
              {"terminationGracePeriodSeconds", kTerminationGraceSeconds},
              {"securityContext", pod_security_context(inputs)},
              {"containers", Json::array({container(inputs)})},
              {"volumes", volumes(inputs)}};
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

}  // namespace

std::optional<Json> strategy_repair(const Json& deployment) {
  if (!deployment.contains(Json::json_pointer("/spec/strategy/rollingUpdate"))) return std::nullopt;
  return Json{{"metadata", {{"uid", deployment.at("metadata").at("uid")}}},
              {"spec", {{"strategy", {{"type", "Recreate"}, {"rollingUpdate", nullptr}}}}}};
}

Json deployment(const RegistryInputs& inputs) {
  return {{"metadata", operand_metadata(inputs, inputs.key.name)},
          {"spec",
           {{"replicas", inputs.spec.replicas},
            {"revisionHistoryLimit", 3},
            {"progressDeadlineSeconds", kProgressDeadlineSeconds},
            // The store has one writer, so the old pod goes before the new one comes.
            {"strategy", {{"type", "Recreate"}}},
            {"selector", {{"matchLabels", selector_labels(inputs.key.name)}}},
            {"template", {{"metadata", pod_metadata(inputs)}, {"spec", pod_spec(inputs)}}}}}};
}

}  // namespace toolhive
