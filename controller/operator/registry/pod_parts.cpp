#include "controller/operator/registry/pod_parts.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/operator/operand/pod_intent.hpp"
#include "controller/operator/registry/connections.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive {

namespace {

// The group of the image's user on clusters that do not assign one.
constexpr int kFsGroup = 65532;

Json data_mount(bool read_only) {
  Json mount = {{"name", kDataVolume}, {"mountPath", kDataFolder}};
  if (read_only) mount["readOnly"] = true;
  return mount;
}

}  // namespace

Json registry_resources(const RegistrySpec& spec) {
  return container_resources(spec.resources, {{"requests", {{"cpu", "50m"}, {"memory", "64Mi"}}},
                                              {"limits", {{"memory", "256Mi"}}}});
}

Json registry_volume_mounts(const RegistrySpec& spec, bool read_only) {
  Json mounts = Json::array({{{"name", "config"}, {"mountPath", kConfigFolder}, {"readOnly", true}},
                             {{"name", "server"}, {"mountPath", kServerFolder}, {"readOnly", true}},
                             {{"name", "tmp"}, {"mountPath", "/tmp"}}});
  if (spec.storage.is_files()) mounts.insert(mounts.begin(), data_mount(read_only));
  for (const Connection& connection : connections(spec))
    mounts.push_back({{"name", connection.name}, {"mountPath", connection.folder}, {"readOnly", true}});
  return mounts;
}

Json registry_volumes(const RegistryInputs& inputs) {
  Json volumes =
      Json::array({{{"name", "config"}, {"configMap", {{"name", config_map_name(inputs.key)}}}},
                   {{"name", "server"}, {"configMap", {{"name", server_config_map_name(inputs.key)}}}},
                   {{"name", "tmp"}, {"emptyDir", {{"sizeLimit", "64Mi"}}}}});
  if (inputs.spec.storage.is_files() || inputs.move_from)
    volumes.insert(volumes.begin(),
                   Json{{"name", kDataVolume},
                        {"persistentVolumeClaim",
                         {{"claimName", inputs.move_from ? *inputs.move_from : pvc_name(inputs)}}}});
  for (const Connection& connection : connections(inputs.spec))
    volumes.push_back({{"name", connection.name},
                       {"projected", {{"defaultMode", kSecretFileMode}, {"sources", connection.sources}}}});
  return volumes;
}

Json command_container(const char* name, const std::string& image, const RegistrySpec& spec, Json arguments) {
  arguments.push_back("--report");
  arguments.push_back("/dev/termination-log");
  Json container = {{"name", name},
                    {"image", image},
                    {"args", std::move(arguments)},
                    {"resources", registry_resources(spec)},
                    {"securityContext", restricted_container(true)},
                    // What ended before it could say anything left a log at the most.
                    {"terminationMessagePolicy", "FallbackToLogsOnError"}};
  if (!spec.image_pull_policy.empty()) container["imagePullPolicy"] = spec.image_pull_policy;
  return container;
}

Json registry_security_context(const RegistryInputs& inputs) {
  Json context = {{"runAsNonRoot", true}, {"seccompProfile", {{"type", "RuntimeDefault"}}}};
  if (inputs.set_fs_group) {
    context["fsGroup"] = kFsGroup;
    context["fsGroupChangePolicy"] = "OnRootMismatch";
  }
  return context;
}

}  // namespace toolhive
