// Finalizers: hold an object's deletion until what was done for it elsewhere is undone.
#pragma once

#include <string_view>

#include "controller/kube/client.hpp"
#include "controller/kube/object.hpp"

namespace runtime {

// Adds `finalizer` unless it is there, and answers the object as it then is. Call it before any side effect:
// a process that dies in between leaves nothing behind. Conflict when the object changed meanwhile.
kube::StatusOr<kube::Object> ensure_finalizer(const kube::Context& ctx, kube::Client& client,
                                              const kube::ResourceType& type, const kube::Object& object,
                                              std::string_view finalizer);

// Removes `finalizer` with a JSON patch that tests for it first, so that no other's finalizer can go with it.
// An object that is gone, or no longer has it, is success.
kube::Status remove_finalizer(const kube::Context& ctx, kube::Client& client, const kube::ResourceType& type,
                              const kube::Object& object, std::string_view finalizer);

}  // namespace runtime
