#include "controller/base/percent.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive::kube {

std::string resource_path(const ResourceType& type, std::string_view ns, std::string_view name,
                          std::string_view subresource) {
  std::string path = "/api/";
  if (!type.group.empty()) path.assign("/apis/").append(percent_encode(type.group)).append("/");
  path.append(percent_encode(type.version));
  if (!ns.empty() && type.scope == Scope::Namespaced) path.append("/namespaces/").append(percent_encode(ns));
  path.append("/").append(percent_encode(type.plural));
  if (!name.empty()) path.append("/").append(percent_encode(name));
  if (!subresource.empty()) path.append("/").append(percent_encode(subresource));
  return path;
}

}  // namespace toolhive::kube
