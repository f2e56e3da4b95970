// Makers of what the tests of the operator begin with.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "controller/kube/object/object.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/registry/inputs.hpp"
#include "controller/operator/registry/operands.hpp"

namespace toolhive::test {

inline RegistryInputs inputs(const Json& spec = Json::object(), const std::string& name = "mcp-registry") {
  auto registry = Registry::from_text(Json{{"metadata", {{"name", name}}}, {"spec", spec}}.dump());
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

// The first operand of a type.
inline const Operand& row(const kube::ResourceType& type) {
  return *std::find_if(operands().begin(), operands().end(),
                       [&](const Operand& operand) { return operand.type() == type; });
}

// The object with a merge patch on it.
inline kube::Object patched(const kube::Object& object, const Json& patch) {
  Json document = object.json();
  document.merge_patch(patch);
  return *kube::Object::from(document);
}

// A Registry "mcp/mcp-registry" with a merge patch on it.
inline kube::Object mcp_registry(const Json& patch = Json::object()) {
  return patched(*kube::Object::from({{"apiVersion", "mcpregistry.dev/v1alpha1"},
                                      {"kind", "Registry"},
                                      {"metadata",
                                       {{"name", "mcp-registry"},
                                        {"namespace", "mcp"},
                                        {"uid", "uid-of-mcp-registry"},
                                        {"generation", 1}}},
                                      {"spec", Json::object()}}),
                 patch);
}

// A condition of a status, as it stands in JSON.
inline Json told_condition(const char* type, const char* status, const char* reason = "Any",
                           std::int64_t generation = 1) {
  return {{"type", type},
          {"status", status},
          {"reason", reason},
          {"message", ""},
          {"observedGeneration", generation}};
}

// The status of an MCPTool that was registered when it was of `generation`.
inline Json registered_status(std::int64_t generation = 1) {
  return {{"conditions", Json::array({told_condition("Registered", "True", "Registered", generation)})},
          {"tools", Json::array({{{"name", "weather"}, {"version", "0.1.0"}}})}};
}

// An MCPTool that is being deleted, and held.
inline kube::Object deleted(const kube::Object& tool) {
  return patched(
      tool,
      {{"metadata",
        {{"deletionTimestamp", "2026-01-02T00:00:00Z"}, {"finalizers", Json::array({kWithdrawFinalizer})}}}});
}

}  // namespace toolhive::test
