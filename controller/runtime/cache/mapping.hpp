// Mappers and predicates: from a change of some object to the keys whose reconcile it concerns.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "controller/kube/object/resource.hpp"
#include "controller/runtime/cache/store.hpp"

namespace toolhive::runtime {

// Keys to reconcile for one object. Called for the old and the new state of an update, so that a
// moved reference wakes both.
using Mapper = std::function<std::vector<kube::Key>(const kube::Object&)>;
// Whether a change is worth a reconcile. Deletions pass every predicate.
using Predicate = std::function<bool(const Change&)>;

Mapper map_self();
// The controller owner of the given type, matched by group and kind: the version may differ.
Mapper map_owner(const kube::ResourceType& owner);
// The key that a label holds, as "<namespace>.<name>" or as a name in the object's own namespace.
// Nothing for an object without the label.
Mapper map_label(std::string label);

// Anything but status changed: spec, labels, annotations, finalizers, owners, or that it is being
// deleted.
Predicate declared_changed();
Predicate any_change();

// The keys that `change` concerns, each once.
std::vector<kube::Key> keys_of(const Change& change, const Mapper& mapper);

}  // namespace toolhive::runtime
