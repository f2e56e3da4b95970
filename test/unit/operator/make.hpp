// Makers of what the tests of the operator begin with.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/operator/registry/inputs.hpp"

namespace toolhive::test {

inline RegistryInputs inputs(const Json& spec = Json::object(), const std::string& name = "mcp-registry") {
  auto registry = Registry::from_json({{"metadata", {{"name", name}}}, {"spec", spec}});
  RegistryInputs made;
  made.key = {"mcp", name};
  made.uid = "uid-of-" + name;
  made.spec = std::move(*registry).spec;
  made.image = made.spec.image.empty() ? "example.com/mcp-registry:1" : made.spec.image;
  made.operator_namespace = "toolhive-system";
  return made;
}

inline const Json& at(const Json& object, const char* pointer) {
  return object.at(Json::json_pointer(pointer));
}

inline bool has(const Json& object, const char* pointer) {
  return object.contains(Json::json_pointer(pointer));
}

// Of a pod that the Deployment "mcp-registry" made.
inline Json registry_pod_metadata(const std::string& name) {
  return {{"name", name},
          {"namespace", "mcp"},
          {"labels", {{"pod-template-hash", "5d8f"}}},
          {"ownerReferences",
           Json::array({{{"kind", "ReplicaSet"}, {"name", "mcp-registry-5d8f"}, {"controller", true}}})}};
}

inline kube::Object mcptool(const std::string& name, const std::string& created, Json spec = Json::object()) {
  if (!spec.contains("registryRef")) spec["registryRef"] = {{"name", "mcp-registry"}};
  if (!spec.contains("definition")) spec["definition"] = {{"inputSchema", {{"type", "object"}}}};
  return *kube::Object::from({{"apiVersion", "mcpregistry.dev/v1alpha1"},
                              {"kind", "MCPTool"},
                              {"metadata",
                               {{"name", name},
                                {"namespace", "mcp"},
                                {"uid", "uid-of-" + name},
                                {"generation", 1},
                                {"creationTimestamp", created}}},
                              {"spec", spec}});
}

}  // namespace toolhive::test
