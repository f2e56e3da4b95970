// Operands: the objects that are kept for a resource, as a list of rows from which follows what is
// watched, tried by a dry run, written and removed.
#pragma once

#include <string>
#include <vector>

#include "controller/base/json.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// What a cluster may have or lack, as far as operands depend on it.
struct Cluster {
  kube::Offered routes = kube::Offered::Unknown;
  kube::Offered service_monitors = kube::Offered::Unknown;
  kube::Offered prometheus_rules = kube::Offered::Unknown;
  kube::Offered http_routes = kube::Offered::Unknown;       // v1
  kube::Offered http_routes_beta = kube::Offered::Unknown;  // v1beta1
  kube::Offered certificates = kube::Offered::Unknown;      // of cert-manager
};

// What is to become of an operand.
enum class Presence { Applied, Removed, Untouched };

// What suffers when an operand cannot be brought to its state.
enum class Concern { Resource, Storage, Exposure, Monitoring };

// One row; `Inputs` is everything that the operands of one resource are made from.
template <class Inputs>
struct OperandRow {
  const kube::ResourceType& (*type)();
  std::string (*name)(const Inputs&);
  // What server-side apply should own of it.
  Json (*intent)(const Inputs&);
  Presence (*presence)(const Inputs&, const Cluster&);
  bool owned = true;      // goes with its resource, by an owner reference
  bool optional = false;  // not every cluster has its type
  bool dry_run = false;   // a newer spec is tried on it before anything is written
  // Operands of this type must have been applied in the same pass; nullptr: none.
  const kube::ResourceType& (*after)() = nullptr;
  // How one that can only be made anew goes, see Applier::Options.
  const char* replace = "Background";
  Concern concern = Concern::Resource;
};

// An operand as the API server has it.
struct LiveOperand {
  kube::ResourceType type;
  kube::Object object;
};
using LiveOperands = std::vector<LiveOperand>;
// The first of a type, or nullptr.
const kube::Object* find(const LiveOperands& live, const kube::ResourceType& type);

}  // namespace toolhive
