#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/workload/operands.hpp"

namespace toolhive {

namespace {

using Transport = WorkloadSpec::Transport;

constexpr int kProgressDeadlineSeconds = 300;
constexpr int kTerminationGraceSeconds = 30;
constexpr const char* kBridgeVolume = "bridge";
constexpr const char* kBridgeFolder = "/opt/mcp-bridge";
constexpr const char* kScratchSize = "1Gi";

bool is_bridged(const WorkloadInputs& inputs) {
  return inputs.spec.transport == Transport::Stdio;
}

// A server of MCP has no endpoint for probes that all know; the bridge has one that speaks to its
// process.
Json probe(const WorkloadInputs& inputs, const char* path, int period, int failures) {
  Json probe = {{"periodSeconds", period}, {"timeoutSeconds", 5}, {"failureThreshold", failures}};
  if (is_bridged(inputs)) {
    probe["httpGet"] = {{"path", path}, {"port", "mcp"}, {"scheme", "HTTP"}};
  } else {
    probe["tcpSocket"] = {{"port", "mcp"}};
  }
  return probe;
}

// What the bridge is told comes before the command that it runs.
Json bridged_command(const WorkloadSpec& spec) {
  Json command = Json::array(
      {std::string(kBridgeFolder) + "/mcp-bridge", "--port", std::to_string(spec.port), "--path", spec.path,
       "--session", spec.sessions == WorkloadSpec::Sessions::PerSession ? "per-session" : "shared", "--"});
  for (const std::string& word : spec.command) command.push_back(word);
  return command;
}

Json resources(const WorkloadSpec& spec) {
  return container_resources(spec.resources, {{"requests", {{"cpu", "50m"}, {"memory", "128Mi"}}},
                                              {"limits", {{"memory", "512Mi"}}}});
}

std::string numbered(const char* name, std::size_t index) {
  return name + std::to_string(index);
}

// /tmp and whatever else the server writes to.
std::vector<std::string> scratch_paths(const WorkloadSpec& spec) {
  std::vector<std::string> paths = {"/tmp"};
  for (const std::string& path : spec.writable_paths)
    if (path != paths.front()) paths.push_back(path);
  return paths;
}

Json mounts(const WorkloadInputs& inputs) {
  Json mounts = Json::array();
  std::size_t index = 0;
  for (const std::string& path : scratch_paths(inputs.spec))
    mounts.push_back({{"name", numbered("scratch-", index++)}, {"mountPath", path}});
  index = 0;
  for (const WorkloadSpec::Files& files : inputs.spec.files)
    mounts.push_back(
        {{"name", numbered("files-", index++)}, {"mountPath", files.mount_path}, {"readOnly", true}});
  if (is_bridged(inputs))
    mounts.push_back({{"name", kBridgeVolume}, {"mountPath", kBridgeFolder}, {"readOnly", true}});
  return mounts;
}

Json files_volume(const WorkloadSpec::Files& files, std::size_t index) {
  Json volume = {{"name", numbered("files-", index)}};
  if (files.secret.empty()) {
    volume["configMap"] = {{"name", files.config_map}};
  } else {
    volume["secret"] = {{"secretName", files.secret}};
  }
  return volume;
}

Json volumes(const WorkloadInputs& inputs) {
  Json volumes = Json::array();
  for (std::size_t i = 0; i < scratch_paths(inputs.spec).size(); ++i)
    volumes.push_back({{"name", numbered("scratch-", i)}, {"emptyDir", {{"sizeLimit", kScratchSize}}}});
  for (std::size_t i = 0; i < inputs.spec.files.size(); ++i)
    volumes.push_back(files_volume(inputs.spec.files[i], i));
  if (is_bridged(inputs)) volumes.push_back({{"name", kBridgeVolume}, {"emptyDir", {{"sizeLimit", "16Mi"}}}});
  return volumes;
}

Json container(const WorkloadInputs& inputs) {
  const WorkloadSpec& spec = inputs.spec;
  Json container = {
      {"name", kWorkloadTerms.container},
      {"image", spec.image},
      {"ports", Json::array({{{"name", "mcp"}, {"containerPort", spec.port}, {"protocol", "TCP"}}})},
      {"startupProbe", probe(inputs, "/ready", 2, 150)},
      {"readinessProbe", probe(inputs, "/ready", 10, 3)},
      {"livenessProbe", probe(inputs, "/healthz", 20, 6)},
      {"resources", resources(spec)},
      {"securityContext", restricted_container(spec.read_only_root)},
      {"volumeMounts", mounts(inputs)}};
  if (is_bridged(inputs)) {
    container["command"] = bridged_command(spec);
  } else if (!spec.command.empty()) {
    container["command"] = spec.command;
  }
  if (!spec.args.empty()) container["args"] = spec.args;
  if (spec.env) container["env"] = *spec.env;
  if (spec.env_from) container["envFrom"] = *spec.env_from;
  if (!spec.image_pull_policy.empty()) container["imagePullPolicy"] = spec.image_pull_policy;
  return container;
}

// The bridge copies itself, because the server's image may have no shell and another libc.
Json bridge_container(const WorkloadInputs& inputs) {
  return {
      {"name", "bridge"},
      {"image", inputs.bridge_image},
      {"args", Json::array({"--copy-to", kBridgeFolder})},
      {"resources", {{"requests", {{"cpu", "10m"}, {"memory", "16Mi"}}}, {"limits", {{"memory", "32Mi"}}}}},
      {"securityContext", restricted_container(true)},
      {"volumeMounts", Json::array({{{"name", kBridgeVolume}, {"mountPath", kBridgeFolder}}})}};
}

// As the restricted Pod Security Standard asks.
Json pod_security(const WorkloadSpec& spec) {
  Json context = {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}};
  if (spec.run_as_user) context["runAsUser"] = *spec.run_as_user;
  return context;
}

Json pod_spec(const WorkloadInputs& inputs) {
  const WorkloadSpec& spec = inputs.spec;
  Json pod = {{"serviceAccountName", workload_name(inputs)},
              {"automountServiceAccountToken", false},
              {"enableServiceLinks", false},
              {"terminationGracePeriodSeconds", kTerminationGraceSeconds},
              {"securityContext", pod_security(spec)},
              {"containers", Json::array({container(inputs)})},
              {"volumes", volumes(inputs)}};
  if (is_bridged(inputs)) pod["initContainers"] = Json::array({bridge_container(inputs)});
  add_pod_settings(spec.image_pull_secrets, spec.pod_template, pod);
  return pod;
}

Json pod_metadata(const WorkloadInputs& inputs) {
  StringMap labels = server_labels(inputs.key.name);
  labels.insert(inputs.spec.pod_template.labels.begin(), inputs.spec.pod_template.labels.end());
  Json metadata = {{"labels", labels}};
  if (!inputs.spec.pod_template.annotations.empty())
    metadata["annotations"] = inputs.spec.pod_template.annotations;
  return metadata;
}

}  // namespace

Json workload_deployment(const WorkloadInputs& inputs) {
  return {{"metadata", workload_metadata(inputs)},
          {"spec",
           {{"replicas", inputs.spec.replicas},
            {"revisionHistoryLimit", 3},
            {"progressDeadlineSeconds", kProgressDeadlineSeconds},
            {"selector", {{"matchLabels", server_selector_labels(inputs.key.name)}}},
            {"template", {{"metadata", pod_metadata(inputs)}, {"spec", pod_spec(inputs)}}}}}};
}

}  // namespace toolhive
