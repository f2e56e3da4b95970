// Finalizers: hold an object's deletion until what was done for it elsewhere is undone.
//
//   if (object.meta().deleting()) { undo(); return remove_finalizer(...); }
//   auto held = ensure_finalizer(...);   // before the first side effect
//   do();
//
// Guarantee: the object does not vanish between the first side effect and a successful undo.
// Assumed: undo can be repeated, because the process may die between it and the removal.
#pragma once

#include <string_view>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

// Adds `finalizer` unless it is there, and answers the object as it then is. Conflict when the
// object changed meanwhile; an object that is being deleted takes no new finalizer and is answered
// as Conflict too.
StatusOr<kube::Object> ensure_finalizer(const Context& ctx, kube::Client& client,
                                        const kube::ResourceType& type, const kube::Object& object,
                                        std::string_view finalizer);

// Removes `finalizer` with a JSON patch that tests for it first, so that no other's finalizer can
// go with it. An object that is gone, was replaced by another of its name, or no longer has it, is
// success.
Status remove_finalizer(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                        const kube::Object& object, std::string_view finalizer);

}  // namespace toolhive::runtime
