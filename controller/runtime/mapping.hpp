// Mappers and predicates: from a change of some object to the keys whose reconcile it concerns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/kube/resource.hpp"
#include "controller/runtime/store.hpp"

namespace runtime {

// Keys to reconcile for one object. Called for the old and the new state of an update, so that a moved
// reference wakes both.
using Mapper = std::function<std::vector<kube::Key>(const kube::Object&)>;
// Whether a change is worth a reconcile. Deletions pass every predicate.
using Predicate = std::function<bool(const Change&)>;

Mapper map_self();
// The controller owner of the given type, matched by group and kind.
Mapper map_owner(const kube::ResourceType& owner);
// The key that a label holds, as "<namespace>.<name>" or as a name in the object's own namespace.
Mapper map_label(std::string label);

// Spec, labels, annotations, finalizers or deletion changed: everything but status.
Predicate declared_changed();
Predicate any_change();

}  // namespace runtime
