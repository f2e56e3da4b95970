#include "controller/plugin/registry_api.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"

namespace toolhive::plugin {

RegistryName registry_of(const Json& tool) {
  const std::string ns = text_at(tool, "/spec/registryRef/namespace");
  return {.ns = ns.empty() ? text_at(tool, "/metadata/namespace") : ns,
          .name = text_at(tool, "/spec/registryRef/name")};
}

StatusOr<Json> get_from(const Session& session, const RegistryName& registry, const std::string& target) {
  // "http" is the name of the Service's port.
  const std::string path =
      "/api/v1/namespaces/" + registry.ns + "/services/http:" + registry.name + ":http/proxy" + target;
  const StatusOr<std::string> text = session.kubectl.run(session.ctx, {"get", "--raw", path});
  if (!text.ok())
    return text.status().with_context("reading " + target + " of the registry " + registry.name);
  StatusOr<Json> document = kube::parse_json(*text);
  if (!document.ok()) return document.status().with_context("reading " + target + " of " + registry.name);
  return document;
}

}  // namespace toolhive::plugin
