// Ownership: how an object says whose it is, and what that means for who asks.
#pragma once

#include <string>

#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

enum class Ownership {
  Ours,  // its controller is the owner, or its label names the owner
  // its controller had the owner's kind and name but is gone: the garbage collector is about to
  // remove it
  Former,
  Foreign  // anybody else's, or nobody's
};

// Of an object that lives and dies with its owner: decided by the controller reference's uid.
Ownership ownership_by_reference(const kube::Object& object, const kube::Object& owner);
// Of an object that outlives its owner: decided by `label`, on an object without a controller.
Ownership ownership_by_label(const kube::Object& object, const kube::Object& owner, const char* label);

// Whether an object that nobody controls was the owner's before it lost its reference, by hand, by
// `kubectl delete --cascade=orphan` or in a restore from a backup: it has every label that `intent`
// gives it. An intent without labels knows none of its objects again.
bool is_orphan_of(const kube::Object& object, const Json& intent);

// The controller reference to `owner`, blocking its foreground deletion unless `blocks` is false.
Json owner_reference(const kube::Object& owner, bool blocks = true);
// "<kind in lower case>.<name>", so that an owner created again under its name finds what it left
// behind. Longer than a label may be (63), its end is replaced by a hash of the whole.
std::string owner_label_value(const kube::Object& owner);

}  // namespace toolhive::runtime
