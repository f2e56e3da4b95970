#include "crds/mcptool.hpp"

#include <nlohmann/json.hpp>

namespace toolhive {

StatusOr<MCPTool> MCPTool::from_json(const Json& document) {
  Status error;
  MCPTool tool;
  const kube::FieldReader root = kube::FieldReader::root(document, error);
  root.require("spec");
  const kube::FieldReader spec = root.object("spec");

  spec.require("registryRef");
  const kube::FieldReader ref = spec.object("registryRef");
  ref.require("name");
  ref.read("name", tool.spec.registry_ref.name);
  ref.read("namespace", tool.spec.registry_ref.ns);

  spec.read("version", tool.spec.version);

  spec.require("definition");
  const kube::FieldReader definition = spec.object("definition");
  definition.require("inputSchema");
  definition.read("name", tool.spec.definition_name);
  spec.read("definition", tool.spec.definition);

  std::string policy = "Withdraw";
  spec.read("deletionPolicy", policy);
  if (policy == "Retain")
    tool.spec.deletion_policy = DeletionPolicy::Retain;
  else if (policy != "Withdraw")
    spec.fail(spec.path_of("deletionPolicy"), "must be Withdraw or Retain, not \"" + policy + "\"");

  if (!error.ok()) return error;
  return tool;
}

const kube::ResourceType& mcptool_type() {
  static const kube::ResourceType type{"mcpregistry.dev", "v1alpha1", "MCPTool", "mcptools",
                                       kube::Scope::Namespaced};
  return type;
}

}  // namespace toolhive
