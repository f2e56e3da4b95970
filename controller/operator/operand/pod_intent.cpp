#include "controller/operator/operand/pod_intent.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/operator/labels.hpp"

namespace toolhive {

namespace {

void put(Json& object, const char* name, const JsonPtr& value) {
  if (value) object[name] = *value;
}

template <class Predicate>
std::optional<std::string> first_key(const StringMap& map, Predicate predicate) {
  const auto found =
      std::find_if(map.begin(), map.end(), [&](const auto& entry) { return predicate(entry.first); });
  return found == map.end() ? std::nullopt : std::optional(found->first);
}

}  // namespace

std::optional<std::string> reserved_label(const StringMap& labels) {
  return first_key(labels, [](const std::string& key) {
    return key.starts_with(kReservedPrefix) || key.starts_with(kReservedLabelPrefix);
  });
}

std::optional<std::string> reserved_annotation(const StringMap& annotations) {
  return first_key(annotations, [](const std::string& key) { return key.starts_with(kReservedPrefix); });
}

Json container_resources(const std::optional<Resources>& given, Json otherwise) {
  if (!given) return otherwise;
  Json resources = Json::object();
  if (!given->requests.empty()) resources["requests"] = given->requests;
  if (!given->limits.empty()) resources["limits"] = given->limits;
  return resources;
}

Json restricted_container(bool read_only_root) {
  return {{"allowPrivilegeEscalation", false},
          {"readOnlyRootFilesystem", read_only_root},
          {"capabilities", {{"drop", Json::array({"ALL"})}}}};
}

void add_pod_settings(const std::vector<std::string>& image_pull_secrets, const PodTemplate& settings,
                      Json& pod) {
  for (const std::string& secret : image_pull_secrets) pod["imagePullSecrets"].push_back({{"name", secret}});
  if (!settings.node_selector.empty()) pod["nodeSelector"] = settings.node_selector;
  put(pod, "tolerations", settings.tolerations);
  put(pod, "affinity", settings.affinity);
  put(pod, "topologySpreadConstraints", settings.topology_spread_constraints);
  if (!settings.priority_class_name.empty()) pod["priorityClassName"] = settings.priority_class_name;
}

}  // namespace toolhive
