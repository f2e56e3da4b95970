#include "controller/operator/registry/shared_files.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"

namespace toolhive {

namespace {

constexpr const char* kReplicaHostOption = "--replica-host";
constexpr const char* kPodAddress = "POD_IP";

template <class Predicate>
bool any_member(const Json* list, Predicate predicate) {
  return list && list->is_array() && std::any_of(list->begin(), list->end(), predicate);
}

bool says_replica_host(const Json& container) {
  return any_member(value_at(container, "/args"),
                    [](const Json& argument) { return argument == kReplicaHostOption; });
}

}  // namespace

bool has_shared_files(const RegistrySpec& spec) {
  const auto& modes = spec.storage.access_modes;
  return spec.storage.is_files() && std::find(modes.begin(), modes.end(), kReadWriteMany) != modes.end();
}

// What restores or moves finds nobody beside it. On files one pod alone is replaced as it always
// was: its volume may be one on which nothing is shared.
bool rolls(const RegistryInputs& inputs) {
  if (inputs.restore || inputs.move_from) return false;
  if (!inputs.spec.storage.is_files()) return true;
  return has_shared_files(inputs.spec) && inputs.spec.replicas > 1 && !inputs.files_are_taken;
}

bool shares_files(const Json& pod, const std::string& claim) {
  const Json* const containers = value_at(pod, "/spec/containers");
  const Json* const volumes = value_at(pod, "/spec/volumes");
  return any_member(containers, says_replica_host) && any_member(volumes, [&claim](const Json& volume) {
           return text_at(volume, "/persistentVolumeClaim/claimName") == claim;
         });
}

void add_replica_host(const RegistrySpec& spec, Json& container) {
  if (!has_shared_files(spec)) return;
  container["args"].push_back(kReplicaHostOption);
  container["args"].push_back("$(" + std::string(kPodAddress) + ")");
  container["env"].push_back(
      {{"name", kPodAddress},
       {"valueFrom", {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "status.podIP"}}}}}});
}

}  // namespace toolhive
