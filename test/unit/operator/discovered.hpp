// Makers of what the tests of discovery begin with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/operator/discovery/source.hpp"

namespace toolhive::test {

inline const Source& source(const char* name) {
  return *find_source(name);
}

// An object of the source in its preferred version, "mcp/weather", with a merge patch on it.
inline kube::Object found_object(const Source& source, const Json& patch = Json::object()) {
  const kube::ResourceType& type = source.resource.types.front();
  Json document = {{"apiVersion", type.api_version()},
                   {"kind", type.kind},
                   {"metadata", {{"name", "weather"}, {"namespace", "mcp"}, {"uid", "uid-of-weather"}}}};
  document.merge_patch(patch);
  return *kube::Object::from(document);
}

// A labelled Service "mcp/weather" with one port, with a merge patch on it.
inline kube::Object labelled_service(const Json& patch = Json::object()) {
  Json whole = {{"metadata", {{"labels", {{"mcpregistry.dev/mcp", "true"}}}}},
                {"spec", {{"clusterIP", "10.0.0.7"}, {"ports", Json::array({{{"port", 8080}}})}}}};
  whole.merge_patch(patch);
  return found_object(source("Service"), whole);
}

}  // namespace toolhive::test
