#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

// Who manages an entry: a Kubernetes resource, named as owner references name one.
struct ManagedBy {
  std::string kind;
  std::string namespace_;  // Empty for a cluster-scoped resource.
  std::string name;
  std::string uid;  // Tells a resource from an earlier one of the same name; may be empty.

  // Whether both are one resource, or one came after the other under the same kind, namespace and
  // name.
  bool same_resource(const ManagedBy& other) const {
    return kind == other.kind && namespace_ == other.namespace_ && name == other.name;
  }
  bool operator==(const ManagedBy&) const = default;

  // "MCPTool default/weather", for people.
  std::string display() const;
};

// Reads the `managedBy` member of a body. Invalid with the pointer of the member at fault.
Result<ManagedBy> parse_managed_by(const Json& value, std::string_view field);

// Reads the `managedBy` query parameter, `<kind>/<namespace>/<name>[/<uid>]`.
Result<ManagedBy> parse_managed_by(std::string_view parameter);

void append_managed_by(std::string& out, const ManagedBy& manager);

}  // namespace toolhive::registry
