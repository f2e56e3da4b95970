#include "controller/operator/backup/job.hpp"

#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"
#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/registry/pod_parts.hpp"

namespace toolhive {

namespace {

constexpr int kTriesAgain = 2;
constexpr int kDeleteDeadlineSeconds = 600;
// Of a finished Job that nobody removed, as while there was no operator.
constexpr int kLeftOverSeconds = 86'400;
constexpr const char* kInjectSidecar = "sidecar.istio.io/inject";
constexpr const char* kFilesVolume = "include";
constexpr const char* kFilesFolder = "/etc/mcp-registry/include";

Json metadata(const BackupInputs& inputs, const std::string& name) {
  return {{"name", name}, {"namespace", inputs.key.ns}, {"labels", backup_labels(inputs.key.name)}};
}

std::string image_of(const BackupInputs& inputs) {
  return inputs.registry ? inputs.registry->image : inputs.default_image;
}

Json container(const BackupInputs& inputs, Json arguments) {
  const RegistrySpec spec = inputs.registry ? inputs.registry->spec : RegistrySpec();
  return command_container(kBackupTerms.container, image_of(inputs), spec, std::move(arguments));
}

// Scheduled as the registry's pods are, but for how those spread.
void add_settings(const RegistrySpec& spec, Json& pod) {
  PodTemplate settings = spec.pod_template;
  settings.topology_spread_constraints = nullptr;
  add_pod_settings(spec.image_pull_secrets, settings, pod);
}

Json pod(const BackupInputs& inputs, Json work) {
  RegistryInputs registry;
  registry.set_fs_group = inputs.set_fs_group;
  Json pod = {{"restartPolicy", "Never"},
              {"automountServiceAccountToken", false},
              {"enableServiceLinks", false},
              {"securityContext", registry_security_context(registry)},
              {"containers", Json::array({std::move(work)})}};
  if (!inputs.registry) return pod;
  pod["serviceAccountName"] = inputs.registry->key.name;
  add_settings(inputs.registry->spec, pod);
  return pod;
}

// A sidecar of a service mesh that is no sidecar to Kubernetes would run on when the work is done, and
// the Job would never end. Whoever has others, and a database that needs them, says so in the Registry.
StringMap pod_labels(const BackupInputs& inputs) {
  StringMap labels = backup_labels(inputs.key.name);
  std::string& inject = labels[kInjectSidecar] = "false";
  if (!inputs.registry) return labels;
  const StringMap& wanted = inputs.registry->spec.pod_template.labels;
  if (const auto said = wanted.find(kInjectSidecar); said != wanted.end()) inject = said->second;
  return labels;
}

Json job(const BackupInputs& inputs, const std::string& name, std::int64_t deadline, Json pod) {
  return {{"metadata", metadata(inputs, name)},
          {"spec",
           {{"backoffLimit", kTriesAgain},
            {"activeDeadlineSeconds", deadline},
            {"ttlSecondsAfterFinished", kLeftOverSeconds},
            {"template", {{"metadata", {{"labels", pod_labels(inputs)}}}, {"spec", std::move(pod)}}}}}};
}

void add_arguments(Json& arguments, const Json& more) {
  for (const Json& argument : more) arguments.push_back(argument);
}

// On the node that has the volume.
Json beside(const std::string& registry) {
  return {{"labelSelector", {{"matchLabels", selector_labels(registry)}}},
          {"topologyKey", "kubernetes.io/hostname"}};
}

void add_files(const BackupInputs& inputs, Json& pod) {
  pod["volumes"].push_back({{"name", kFilesVolume}, {"configMap", {{"name", backup_job_name(inputs)}}}});
  pod["containers"][0]["volumeMounts"].push_back(
      {{"name", kFilesVolume}, {"mountPath", kFilesFolder}, {"readOnly", true}});
}

}  // namespace

std::string job_refusal(const kube::ResourceType& type, const std::string& message) {
  return "the API server refuses the " + type.kind + ": " + message;
}

Json backup_job(const BackupInputs& inputs) {
  const RegistryInputs& registry = *inputs.registry;
  Json arguments = Json::array(
      {"backup", "--config", std::string(kConfigFolder) + "/" + kConfigFile, "--include", kFilesFolder});
  add_arguments(arguments, location_arguments("--to", place_of(inputs)));
  Json made = pod(inputs, container(inputs, std::move(arguments)));
  made["containers"][0]["volumeMounts"] = registry_volume_mounts(registry.spec, true);
  made["volumes"] = registry_volumes(registry);
  add_files(inputs, made);
  mount_place(place_of(inputs), false, "containers", made);
  if (inputs.beside_registry)
    made["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"].push_back(
        beside(registry.key.name));
  return job(inputs, backup_job_name(inputs), inputs.spec.deadline_seconds, std::move(made));
}

Json backup_files(const BackupInputs& inputs) {
  return {{"metadata", metadata(inputs, backup_job_name(inputs))},
          {"data", inputs.files ? *inputs.files : Json::object()}};
}

Json delete_job(const BackupInputs& inputs) {
  Json arguments = Json::array({"delete-backup"});
  add_arguments(arguments, location_arguments("--from", place_of(inputs)));
  Json made = pod(inputs, container(inputs, std::move(arguments)));
  mount_place(place_of(inputs), false, "containers", made);
  return job(inputs, delete_job_name(inputs), kDeleteDeadlineSeconds, std::move(made));
}

}  // namespace toolhive
