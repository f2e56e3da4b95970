// write_status: the one status write of a reconcile pass.
#pragma once

#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

// Applies `status` on the status subresource of `object` when it differs from what the object has, else sends
// nothing. `status` is the whole status: what it leaves out is removed, as far as this manager owns it.
// Answers whether something was written. An object that is gone, or was replaced by another of its name, is
// success and not written.
StatusOr<bool> write_status(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                            const kube::Object& object, const Json& status, const std::string& field_manager);

}  // namespace toolhive::runtime
