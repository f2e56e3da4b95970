#include "controller/operator/registry/additions.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/json_access.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

// What the API server fills in, by the name alone: no two of these names mean different things
// where they are looked for.
constexpr std::string_view kFilledIn[] = {
    // of a pod
    "restartPolicy", "dnsPolicy", "schedulerName", "serviceAccount",
    // of a container, its probes and volumes
    "imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy", "successThreshold",
    "defaultMode",
    // of a Service
    "clusterIP", "clusterIPs", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy", "sessionAffinity"};

// By what the entries of a list are told apart.
constexpr const char* kListKeys[] = {"mountPath", "name"};

// The place that is looked at.
const char* watched(const kube::ResourceType& type) {
  if (type == deployment_type()) return "/spec/template/spec";
  return type == service_type() ? "/spec" : nullptr;
}

std::string key_of(const Json& entry) {
  for (const char* key : kListKeys)
    if (const std::string value = string_member(entry, key); !value.empty()) return value;
  return {};
}

class Additions {
 public:
  void compare(const Json& live, const Json& intent, const std::string& path) {
    if (live.is_object() && intent.is_object()) return compare_members(live, intent, path);
    if (live.is_array() && intent.is_array()) return compare_entries(live, intent, path);
  }
  std::vector<std::string> found;

 private:
  void compare_members(const Json& live, const Json& intent, const std::string& path) {
    for (const auto& [name, value] : live.items()) {
      const auto declared = intent.find(name);
      if (declared != intent.end()) {
        compare(value, *declared, path + "." + name);
      } else if (std::find(std::begin(kFilledIn), std::end(kFilledIn), name) == std::end(kFilledIn)) {
        found.push_back(path + "." + name);
      }
    }
  }

  void compare_entries(const Json& live, const Json& intent, const std::string& path) {
    for (const Json& entry : live) {
      const std::string key = key_of(entry);
      if (key.empty()) continue;
      const auto declared =
          std::find_if(intent.begin(), intent.end(), [&](const Json& other) { return key_of(other) == key; });
      const std::string at = path + "[" + key + "]";
      if (declared != intent.end()) {
        compare(entry, *declared, at);
      } else {
        found.push_back(at);
      }
    }
  }
};

// What a user declares is passed on as a whole, and filled in by the API server as a whole.
Json without_passed_on(Json spec) {
  for (const char* field : {"affinity", "tolerations", "topologySpreadConstraints"})
    if (spec.contains(field)) spec[field] = nullptr;
  return spec;
}

}  // namespace

std::vector<std::string> additions(const kube::ResourceType& type, const Json& live, const Json& intent) {
  const char* place = watched(type);
  const Json* there = place ? value_at(live, place) : nullptr;
  const Json* declared = place ? value_at(intent, place) : nullptr;
  if (!there || !declared) return {};
  std::string path(place + 1);
  std::replace(path.begin(), path.end(), '/', '.');
  Additions all;
  all.compare(*there, without_passed_on(*declared), path);
  return std::move(all.found);
}

}  // namespace toolhive
