// MCPTool: the C++ view of mcptools.mcpregistry.dev; field by field what
// mcpregistry.dev_mcptools.yaml says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "controller/base/status.hpp"
#include "controller/kube/object/field_reader.hpp"
#include "controller/kube/object/resource.hpp"
#include "crds/mcptool_contract.hpp"
#include "crds/mcptool_server.hpp"

namespace toolhive {

enum class DeletionPolicy { Withdraw, Retain };

struct MCPToolSpec {
  struct RegistryRef {
    std::string name;
    std::string ns;  // empty: the MCPTool's own

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("name");
      fields.read("name", name);
      fields.read("namespace", ns);
    }
  };
  // What is read of the definition apart.
  struct DefinitionHead {
    std::string name;

    template <class Fields>
    void describe(const Fields& fields) {
      fields.require("inputSchema");
      fields.read("name", name);
    }
  };
  RegistryRef registry_ref;
  std::string version;  // empty: numbered by the operator
  // As declared, `name` included where it was given; null where there is `server` alone.
  JsonPtr definition;
  std::string definition_name;  // empty: the MCPTool's name
  std::optional<ServerSpec> server;
  ProbeSpec probe;
  ToolsSpec tools;
  ContractSpec contract;
  DeletionPolicy deletion_policy = DeletionPolicy::Withdraw;

  template <class Fields>
  void describe(const Fields& fields) {
    fields.require("registryRef");
    fields.read("registryRef", registry_ref);
    fields.read("version", version);
    fields.read("server", server);
    if (!server) fields.require("definition");
    std::optional<DefinitionHead> head;
    fields.read("definition", head);
    if (head) definition_name = head->name;
    fields.read("definition", definition);
    fields.read("probe", probe);
    fields.read("tools", tools);
    fields.read("contract", contract);
    fields.read_word("deletionPolicy", deletion_policy,
                     {{"Withdraw", DeletionPolicy::Withdraw}, {"Retain", DeletionPolicy::Retain}});
  }
};

struct MCPTool {
  MCPToolSpec spec;

  // Invalid and terminal, with the field's path, when a field does not fit.
  static StatusOr<MCPTool> from_text(std::string_view document);
};

const kube::ResourceType& mcptool_type();

}  // namespace toolhive

template <>
struct toolhive::kube::Resource<toolhive::MCPTool> {
  static const ResourceType& type() { return toolhive::mcptool_type(); }
  static StatusOr<toolhive::MCPTool> from_text(std::string_view document) {
    return toolhive::MCPTool::from_text(document);
  }
};
