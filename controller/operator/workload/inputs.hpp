// WorkloadInputs: everything that the operands of an MCPTool's server are made from. Equal inputs,
// equal operands.
#pragma once

#include <string>

#include "controller/base/json.hpp"
#include "controller/kube/object/resource.hpp"
#include "crds/mcptool_workload.hpp"

namespace toolhive {

struct WorkloadInputs {
  kube::Key key;  // of the MCPTool
  std::string uid;
  WorkloadSpec spec;
  std::string bridge_image;        // puts mcp-bridge beside a stdio server
  std::string operator_namespace;  // empty: the operator runs outside the cluster
};

// Of Deployment, Service, ServiceAccount and NetworkPolicy.
std::string workload_name(const WorkloadInputs& inputs);

// Where clients inside the cluster reach the server.
std::string workload_url(const WorkloadInputs& inputs);

// metadata of an operand: name, namespace, labels.
Json workload_metadata(const WorkloadInputs& inputs);

}  // namespace toolhive
