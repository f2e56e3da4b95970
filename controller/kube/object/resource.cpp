#include "controller/kube/object/resource.hpp"

namespace toolhive::kube {

std::string ResourceType::api_version() const {
  return group.empty() ? version : group + "/" + version;
}

std::string ResourceType::to_string() const {
  return group.empty() ? plural : plural + "." + group;
}

std::string Key::to_string() const {
  return ns.empty() ? name : ns + "/" + name;
}

}  // namespace toolhive::kube
