// Replacement: the last way to bring an own object to its state, when server-side apply cannot.
//
// Apply merges, and leaves what others added: an added port of the same name, a second handler of a
// probe, an object that was made immutable. The API server refuses the result, whatever is applied.
// Such an object can only go and be made anew.
#pragma once

#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

// Asks the API server to make what is intended under another name, as a dry run. Ok: it would, so
// that an object which refuses the intent has something in it that is not of the intent. Invalid:
// the intent itself is at fault.
Status accepts_alone(const Context& ctx, kube::Client& client, const kube::ResourceType& type, Json intent,
                     const std::string& field_manager);

}  // namespace toolhive::runtime
