#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "registry/base/result.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {

/// Who manages an entry: a Kubernetes resource, named as owner references name one.
struct Manager {
  std::string kind;
  std::string namespace_;  ///< Empty for a cluster-scoped resource.
  std::string name;
  std::string uid;  ///< Tells a resource from an earlier one of the same name; may be empty.

  /// Whether both are one resource, or one came after the other under the same kind, namespace and name.
  bool same_resource(const Manager& other) const {
    return kind == other.kind && namespace_ == other.namespace_ && name == other.name;
  }
  bool operator==(const Manager&) const = default;

  /// "MCPTool default/weather", for people.
  std::string display() const;
};

/// Reads the `managedBy` member of a body. Invalid with the pointer of the member at fault.
Result<Manager> parse_manager(const Json& value, std::string_view field);

/// Reads the `managedBy` query parameter, `<kind>/<namespace>/<name>[/<uid>]`.
Result<Manager> parse_manager(std::string_view parameter);

void append_manager(std::string& out, const Manager& manager);

}  // namespace toolhive::registry
