// OperatorOptions: what the reconcilers are told at start.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace toolhive {

struct OperatorOptions {
  std::string registry_image;           // for a Registry that names none
  std::string bridge_image = {};        // that has mcp-bridge; empty: none
  std::string operator_namespace;       // where the operator's pods run; empty outside the cluster
  std::vector<std::string> namespaces;  // empty: all
  int workers = 4;                      // per controller

  bool looks_after(std::string_view ns) const {
    return namespaces.empty() || std::find(namespaces.begin(), namespaces.end(), ns) != namespaces.end();
  }
};

}  // namespace toolhive
