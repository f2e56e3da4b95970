#include "crds/mcptool.hpp"

namespace toolhive {

StatusOr<MCPTool> MCPTool::from_text(std::string_view document) {
  Status error;
  MCPTool tool;
  const kube::FieldReader root = kube::FieldReader::root(document, error);
  root.require("spec");
  root.read("spec", tool.spec);
  const std::optional<ServerSpec>& server = tool.spec.server;
  if (server && server->remote.has_value() == server->workload.has_value())
    root.fail("spec.server", "one of remote and workload is needed");
  if (!error.ok()) return error;
  return tool;
}

const kube::ResourceType& mcptool_type() {
  static const kube::ResourceType type{"mcpregistry.dev", "v1alpha1", "MCPTool", "mcptools",
                                       kube::Scope::Namespaced};
  return type;
}

}  // namespace toolhive
