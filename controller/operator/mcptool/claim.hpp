// Claims: which MCPTool has a name in a registry when several want it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/kube/object/object.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// What an MCPTool asks for: a name in a registry.
struct NameClaim {
  kube::Key registry;
  // Empty: the names that its server's tools have, which are known only when it is read. Of these
  // the registry itself is the judge.
  std::string name;
  bool operator==(const NameClaim&) const = default;
  // One text per claim, for indexes; no two claims share one.
  std::string to_string() const;
};

// Read from the object's bytes without a document tree: an index does this for every object of a
// list. Nothing when the spec does not hold a reference.
std::optional<NameClaim> claim_of(const kube::Object& mcptool);

// Of those that claim one name, the one that has it: the oldest, and of equally old ones that whose
// uid sorts first. Empty: nullptr.
const kube::Object* holder(const std::vector<kube::Object>& claimants);

}  // namespace toolhive
