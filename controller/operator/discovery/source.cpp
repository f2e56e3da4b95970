#include "controller/operator/discovery/source.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "controller/operator/discovery/resource_readers.hpp"
#include "controller/operator/discovery/service_reader.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

using runtime::VersionedResource;

namespace {

VersionedResource resource_in(const char* group, std::vector<const char*> versions, const char* kind,
                              const char* plural) {
  VersionedResource resource;
  for (const char* version : versions) resource.types.push_back({group, version, kind, plural});
  return resource;
}

VersionedResource labelled_services(const char* selector) {
  return {.types = {service_type()}, .label_selector = selector};
}

VersionedResource server_in(const char* group, std::vector<const char*> versions) {
  return resource_in(group, std::move(versions), "MCPServer", "mcpservers");
}

const VersionedResource& http_routes() {
  static const VersionedResource routes =
      resource_in("gateway.networking.k8s.io", {"v1", "v1beta1"}, "HTTPRoute", "httproutes");
  return routes;
}

}  // namespace

std::span<const Source> sources() {
  static const Source all[] = {
      {.name = "MCPServer.mcp.x-k8s.io",
       .resource = server_in("mcp.x-k8s.io", {"v1beta1", "v1alpha1"}),
       .read = read_lifecycle_server},
      {.name = "MCPServer.toolhive.stacklok.dev",
       .resource = server_in("toolhive.stacklok.dev", {"v1beta1", "v1alpha1"}),
       .read = read_toolhive_server},
      {.name = "MCPServer.kagent.dev",
       .resource = server_in("kagent.dev", {"v1alpha1"}),
       .read = read_kagent_server},
      {.name = "MCPServerRegistration.mcp.kuadrant.io",
       .resource = resource_in("mcp.kuadrant.io", {"v1", "v1alpha1"}, "MCPServerRegistration",
                               "mcpserverregistrations"),
       .read = read_kuadrant_registration,
       .routes = &http_routes()},
      // Last: one that another resource made is found by that.
      {.name = "Service", .resource = labelled_services(kServiceSelector), .read = read_service},
      {.name = "Service.kagent.dev",
       .resource = labelled_services(kKagentServiceSelector),
       .read = read_kagent_service},
  };
  return all;
}

const Source* find_source(std::string_view name) {
  const auto all = sources();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Source& source) { return source.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const VersionedResource& agreeing_namespaces() {
  static const VersionedResource namespaces{
      .types = {namespace_type()}, .label_selector = kDiscoveryLabel, .metadata_only = true};
  return namespaces;
}

}  // namespace toolhive
